// Text as a terminal shows it: what a person takes for one character, and the columns it fills.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kinode::terminal {

/// One user-perceived character of a text (UAX 29).
struct Grapheme {
  std::size_t offset = 0;  // in bytes
  std::size_t bytes = 0;
  std::size_t column = 0;   // where it begins, from the start of the text
  std::size_t columns = 0;  // 0, 1 or 2
};

/// Splits a text. A byte that is not UTF-8 stands alone and fills one column. Linear time.
std::vector<Grapheme> graphemes(std::string_view text);

/// Columns that the text fills on one endless row.
std::size_t columns_of(std::string_view text);

/// The longest start of `text` that fits into `columns`, never cutting a character.
std::string_view head_of(std::string_view text, std::size_t columns);

/// What of typed or pasted bytes may stand in a line: malformed UTF-8, control characters, line and
/// paragraph separators and characters that reorder the text around them are left out.
std::string typed_text(std::string_view bytes);

/// The start of `text` with at most `bytes_max` bytes, never cutting a UTF-8 sequence.
std::string_view head_bytes(std::string_view text, std::size_t bytes_max);

/// Content of a printout as it may reach a terminal or a log: control characters are made visible
/// (base/bytes.h, printable). Sequences that only choose colours stay where `keep_colours` says so,
/// which is for the kernel's own lines, and are left out where it does not.
enum class Colours : bool { kDrop, kKeep };
std::string safe_text(std::string_view content, Colours keep_colours);

/// The lines of a text; one newline at its end does not begin another. Empty text is one line.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace kinode::terminal
