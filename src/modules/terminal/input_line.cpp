#include "modules/terminal/input_line.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::terminal {

namespace {

// Below this, a prompt is of less use than the columns it takes.
constexpr std::size_t kLineColumnsMin = 8;
constexpr std::string_view kShortPrompt = "> ";

std::string fitting_prompt(std::string prompt, std::size_t columns) {
  if (columns >= columns_of(prompt) + kLineColumnsMin) return prompt;
  if (columns >= kShortPrompt.size() + kLineColumnsMin) return std::string(kShortPrompt);
  return {};
}

}  // namespace

std::string InputLine::prompt() const {
  return fmt::format("{} {} ", node_, searching_ ? '*' : '>');
}

InputLine::Outcome InputLine::handle(const Key& key, std::string& submitted) {
  if (searching_) return handle_search(key, submitted);
  if (key.kind == KeyKind::kEnter) {
    submitted = line_.text();
    line_.set({});
    return Outcome::kSubmit;
  }
  return edit(key);
}

InputLine::Outcome InputLine::recall(std::optional<std::string> line) {
  if (!line) return Outcome::kBell;
  line_.set(*line);
  return Outcome::kChanged;
}

InputLine::Outcome InputLine::edit(const Key& key) {
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kPaste:
      return line_.insert(key.text) ? Outcome::kChanged : Outcome::kBell;
    case KeyKind::kBackspace:
      line_.backspace();
      return Outcome::kChanged;
    case KeyKind::kDelete:
      line_.erase();
      return Outcome::kChanged;
    case KeyKind::kLeft:
      line_.left();
      return Outcome::kChanged;
    case KeyKind::kRight:
      line_.right();
      return Outcome::kChanged;
    case KeyKind::kHome:
      line_.home();
      return Outcome::kChanged;
    case KeyKind::kEnd:
      line_.end();
      return Outcome::kChanged;
    case KeyKind::kUp:
      return recall(history_.older(line_.text()));
    case KeyKind::kDown:
      return recall(history_.newer());
    case KeyKind::kEnter:
      return Outcome::kNothing;
    case KeyKind::kControl:
      break;
  }
  switch (key.letter) {
    case 'A':
      return edit({KeyKind::kHome});
    case 'E':
      return edit({KeyKind::kEnd});
    case 'P':
      return edit({KeyKind::kUp});
    case 'N':
      return edit({KeyKind::kDown});
    case 'R':
      begin_search();
      return Outcome::kChanged;
    default:
      return Outcome::kNothing;
  }
}

void InputLine::begin_search() {
  searching_ = true;
  query_.clear();
  skip_ = 0;
}

InputLine::Outcome InputLine::handle_search(const Key& key, std::string& submitted) {
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kPaste: {
      const std::string typed = typed_text(key.text);
      if (query_.size() + typed.size() > limits::kTerminalLineBytesMax) return Outcome::kBell;
      query_ += typed;
      skip_ = 0;
      return Outcome::kChanged;
    }
    case KeyKind::kBackspace: {
      const auto all = graphemes(query_);
      query_.resize(all.empty() ? 0 : all.back().offset);
      skip_ = 0;
      return Outcome::kChanged;
    }
    case KeyKind::kEnter: {
      auto found = history_.search(query_, skip_);
      if (!found) return Outcome::kBell;
      submitted = std::move(found->line);
      searching_ = false;
      return Outcome::kSubmit;
    }
    case KeyKind::kControl:
      if (key.letter == 'G') {
        searching_ = false;
        return Outcome::kChanged;
      }
      if (key.letter == 'R') {
        // Not past the oldest match, so that typing on begins where one sees it.
        if (skip_ + 1 < history_.size()) ++skip_;
        return Outcome::kChanged;
      }
      return Outcome::kNothing;
    default:
      return Outcome::kNothing;
  }
}

InputView InputLine::view(std::size_t columns) {
  std::string shown_prompt = fitting_prompt(prompt(), columns);
  if (searching_) return search_view(std::move(shown_prompt), columns);
  const std::size_t left = columns_of(shown_prompt);
  const LineEditor::View line = line_.view(columns - left);
  InputView out;
  out.cursor_column = left + line.cursor_column;
  out.before = line.text;
  out.prompt = std::move(shown_prompt);
  return out;
}

InputView InputLine::search_view(std::string prompt, std::size_t columns) const {
  InputView out;
  const std::size_t left = columns_of(prompt);
  std::size_t room = columns - left;
  out.prompt = std::move(prompt);
  const auto found = history_.search(query_, skip_);
  if (!found) {
    out.before = head_of(query_ + ": no results", room);
    out.cursor_column = left + columns_of(head_of(query_, room));
    return out;
  }
  // A match that lies too far right is shown from where it begins.
  std::string_view line = found->line;
  std::size_t offset = found->offset;
  if (columns_of(line.substr(0, offset + query_.size())) > room) {
    line.remove_prefix(offset);
    offset = 0;
  }
  const std::string_view parts[] = {line.substr(0, offset), line.substr(offset, query_.size()),
                                    line.substr(offset + query_.size())};
  std::string* const shown[] = {&out.before, &out.marked, &out.after};
  for (std::size_t i = 0; i < 3; ++i) {
    *shown[i] = head_of(parts[i], room);
    room -= columns_of(*shown[i]);
    if (shown[i]->size() < parts[i].size()) break;
  }
  out.cursor_column = left + columns_of(out.before) + columns_of(out.marked);
  return out;
}

}  // namespace kinode::terminal
