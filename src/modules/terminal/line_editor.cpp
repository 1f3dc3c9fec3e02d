#include "modules/terminal/line_editor.h"

#include <algorithm>

#include "base/limits.h"

namespace kinode::terminal {

std::size_t LineEditor::offset_of(std::size_t grapheme) const {
  return grapheme < graphemes_.size() ? graphemes_[grapheme].offset : text_.size();
}

std::size_t LineEditor::column_of(std::size_t grapheme) const {
  if (grapheme < graphemes_.size()) return graphemes_[grapheme].column;
  return graphemes_.empty() ? 0 : graphemes_.back().column + graphemes_.back().columns;
}

void LineEditor::reread(std::size_t cursor_offset) {
  graphemes_ = graphemes(text_);
  // What was inserted may have joined its neighbours; the cursor then goes behind the whole.
  const auto at = std::ranges::lower_bound(graphemes_, cursor_offset, {}, &Grapheme::offset);
  cursor_ = static_cast<std::size_t>(at - graphemes_.begin());
}

void LineEditor::set(std::string_view text) {
  text_ = head_bytes(typed_text(text), limits::kTerminalLineBytesMax);
  reread(text_.size());
  first_ = 0;
}

bool LineEditor::insert(std::string_view text) {
  const std::string clean = typed_text(text);
  if (text_.size() + clean.size() > limits::kTerminalLineBytesMax) return false;
  const std::size_t at = offset_of(cursor_);
  text_.insert(at, clean);
  reread(at + clean.size());
  return true;
}

void LineEditor::backspace() {
  if (cursor_ == 0) return;
  --cursor_;
  erase();
}

void LineEditor::erase() {
  if (cursor_ >= graphemes_.size()) return;
  const std::size_t at = graphemes_[cursor_].offset;
  text_.erase(at, graphemes_[cursor_].bytes);
  reread(at);
}

void LineEditor::left() {
  if (cursor_ > 0) --cursor_;
}

void LineEditor::right() {
  if (cursor_ < graphemes_.size()) ++cursor_;
}

LineEditor::View LineEditor::view(std::size_t columns) {
  if (columns == 0) {
    first_ = 0;
    return {};
  }
  first_ = std::min(first_, graphemes_.size());
  if (column_of(cursor_) <= columns) {
    first_ = 0;
  } else {
    first_ = std::min(first_, cursor_);
    while (column_of(cursor_) - column_of(first_) > columns) ++first_;
  }
  std::size_t end = first_;
  while (end < graphemes_.size() && column_of(end + 1) - column_of(first_) <= columns) ++end;
  const std::size_t from = offset_of(first_);
  return {std::string_view(text_).substr(from, offset_of(end) - from),
          column_of(cursor_) - column_of(first_)};
}

}  // namespace kinode::terminal
