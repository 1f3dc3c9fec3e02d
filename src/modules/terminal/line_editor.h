// One line of text with a cursor, and the part of it that fits on a row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "modules/terminal/text.h"

namespace kinode::terminal {

/// Edits by user-perceived characters (kernel.md 9.6). At most limits::kTerminalLineBytesMax bytes.
/// One thread.
class LineEditor {
 public:
  const std::string& text() const { return text_; }

  /// Characters before the cursor.
  std::size_t cursor() const { return cursor_; }

  /// Replaces all; the cursor goes to the end. What is too long is cut.
  void set(std::string_view text);

  /// Puts what may stand in a line at the cursor. False, and nothing changes, when the line would
  /// become too long.
  bool insert(std::string_view text);

  void backspace();
  void erase();  // the character under the cursor
  void left();
  void right();
  void home() { cursor_ = 0; }
  void end() { cursor_ = graphemes_.size(); }

  struct View {
    std::string_view text;  // of this editor's text, until it changes
    std::size_t cursor_column = 0;
  };
  /// What to show in `columns`, with the cursor at most on the column behind it. Scrolls: the head
  /// is shown while the cursor is in it, else the cursor moves within what is shown and pushes it.
  View view(std::size_t columns);

 private:
  void reread(std::size_t cursor_offset);
  std::size_t offset_of(std::size_t grapheme) const;
  std::size_t column_of(std::size_t grapheme) const;

  std::string text_;
  std::vector<Grapheme> graphemes_;
  std::size_t cursor_ = 0;  // index into graphemes_, or its size
  std::size_t first_ = 0;   // of what was shown last
};

}  // namespace kinode::terminal
