// The bytes that make a terminal show something. Works at any size, also one that is not known.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "modules/terminal/input_line.h"
#include "modules/terminal/local_time.h"
#include "modules/terminal/print_queue.h"

namespace kinode::terminal {

/// Zero: not known.
struct Size {
  std::size_t columns = 0;
  std::size_t rows = 0;
  bool operator==(const Size&) const = default;
};

/// Columns that a row may fill: all but the last, where terminals differ in what comes next. A
/// terminal that does not tell its width is taken as 80 wide.
std::size_t usable_columns(Size size);

/// To the first column of the bottom row; of the present row when the height is not known.
std::string go_to_input_row(Size size);

/// The input row, redrawn in place (kernel.md 9.6).
std::string draw_input_row(Size size, const InputView& view);

/// One printout, from the first column of an empty row to the first column of the next: the time in
/// the default colour, then every line in the colour of its level (kernel.md 9.4).
std::string draw_print(const ShownPrint& print, const TimeZone& zone);

/// The same for something that is no terminal: without colours and cursor movements.
std::string plain_print(const ShownPrint& print, const TimeZone& zone);

/// `text` in green, magenta or red by level; plain at level 0.
std::string in_colour_of(std::uint8_t level, std::string_view text);

std::string begin_screen(std::string_view node);  // bracketed paste, window title
std::string end_screen();                         // undoes it
std::string enter_alternate_screen();
std::string leave_alternate_screen();

/// The text before whatever follows when the node ends: red, on a row of its own.
std::string quit_text(std::string_view message);

}  // namespace kinode::terminal
