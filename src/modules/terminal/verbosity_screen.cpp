#include "modules/terminal/verbosity_screen.h"

#include <algorithm>
#include <fmt/format.h>

namespace kinode::terminal {

namespace {

constexpr std::string_view kHelp[] = {
    "To change a process, enter: <process id> <0-255, m, mute or muted>",
    "To remove its entry, enter: <process id>",
    "To return to the terminal, press CTRL+W",
};
constexpr std::string_view kPrompt = "> ";
constexpr std::size_t kRowsAssumed = 24;

/// What stands above the input line, from the top.
std::vector<std::string> content(const VerbosityTable& table, std::size_t rows) {
  std::vector<std::string> out{
      "=== Process Verbosity Mode ===",
      fmt::format("Overall verbosity: {}", verbosity_name(table.overall())), ""};
  const std::size_t other = out.size() + std::size(kHelp) + 1;
  const std::size_t room = std::max<std::size_t>(rows > other ? rows - other : 0, 1);
  const auto& processes = table.processes();
  if (processes.empty()) out.emplace_back("(none set)");
  const std::size_t shown = processes.size() <= room ? processes.size() : room - 1;
  auto at = processes.begin();
  for (std::size_t i = 0; i < shown; ++i, ++at) {
    out.push_back(fmt::format("{}: {}", printable(at->first.text()), at->second.text()));
  }
  if (shown < processes.size()) {
    out.push_back(fmt::format("(and {} more)", processes.size() - shown));
  }
  out.emplace_back("");
  out.insert(out.end(), std::begin(kHelp), std::end(kHelp));
  return out;
}

}  // namespace

std::optional<VerbosityChange> parse_verbosity_change(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  if (words.empty() || words.size() > 2) return std::nullopt;
  auto id = msg::ProcessId::parse(words[0]);
  if (!id) return std::nullopt;
  VerbosityChange out{std::move(*id), std::nullopt};
  if (words.size() == 2) {
    out.verbosity = parse_process_verbosity(words[1]);
    if (!out.verbosity) return std::nullopt;
  }
  return out;
}

std::optional<VerbosityChange> VerbosityScreen::handle(const Key& key) {
  switch (key.kind) {
    case KeyKind::kText:
    case KeyKind::kPaste:
      line_.insert(key.text);
      break;
    case KeyKind::kBackspace:
      line_.backspace();
      break;
    case KeyKind::kDelete:
      line_.erase();
      break;
    case KeyKind::kLeft:
      line_.left();
      break;
    case KeyKind::kRight:
      line_.right();
      break;
    case KeyKind::kHome:
      line_.home();
      break;
    case KeyKind::kEnd:
      line_.end();
      break;
    case KeyKind::kEnter: {
      auto change = parse_verbosity_change(line_.text());
      line_.set({});
      return change;
    }
    case KeyKind::kControl:
      if (key.letter == 'A') line_.home();
      if (key.letter == 'E') line_.end();
      break;
    case KeyKind::kUp:
    case KeyKind::kDown:
      break;
  }
  return std::nullopt;
}

std::string VerbosityScreen::draw(Size size, const VerbosityTable& table) {
  const std::size_t rows = size.rows == 0 ? kRowsAssumed : size.rows;
  const std::size_t columns = usable_columns(size);
  std::string out = "\x1b[0m\x1b[2J";
  const auto text = content(table, rows - 1);
  for (std::size_t i = 0; i < std::min(text.size(), rows - 1); ++i) {
    const std::string_view line = head_of(text[i], columns);
    out += fmt::format("\x1b[{};1H{}", i + 1, i == 0 ? in_colour_of(1, line) : std::string(line));
  }
  InputView view;
  if (columns > kPrompt.size()) view.prompt = kPrompt;
  const auto line = line_.view(columns - view.prompt.size());
  view.before = line.text;
  view.cursor_column = view.prompt.size() + line.cursor_column;
  out += draw_input_row({size.columns, rows}, view);
  return out;
}

}  // namespace kinode::terminal
