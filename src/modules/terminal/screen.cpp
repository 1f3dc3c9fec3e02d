#include "modules/terminal/screen.h"

#include <algorithm>
#include <fmt/format.h>

#include "modules/terminal/text.h"

namespace kinode::terminal {

namespace {

constexpr std::size_t kColumnsAssumed = 80;

std::string_view colour_of(std::uint8_t level) {
  constexpr std::string_view kColours[] = {"", "\x1b[32m", "\x1b[35m", "\x1b[31m"};
  return kColours[std::min<std::size_t>(level, 3)];
}

std::string printed_text(const ShownPrint& print, const TimeZone& zone) {
  return clock_text(zone.local(print.unix_ms)) + " ";
}

}  // namespace

std::size_t usable_columns(Size size) {
  return (size.columns == 0 ? kColumnsAssumed : size.columns) - 1;
}

std::string go_to_input_row(Size size) {
  if (size.rows == 0) return "\r";
  return fmt::format("\x1b[{};1H", size.rows);
}

std::string draw_input_row(Size size, const InputView& view) {
  std::string out = go_to_input_row(size);
  out += "\x1b[0m\x1b[2K";
  out += view.prompt;
  out += view.before;
  if (!view.marked.empty()) out += fmt::format("\x1b[4m{}\x1b[24m", view.marked);
  out += view.after;
  out += "\r";
  if (view.cursor_column > 0) out += fmt::format("\x1b[{}C", view.cursor_column);
  return out;
}

std::string in_colour_of(std::uint8_t level, std::string_view text) {
  const std::string_view colour = colour_of(level);
  return colour.empty() ? std::string(text) : fmt::format("{}{}\x1b[0m", colour, text);
}

std::string draw_print(const ShownPrint& print, const TimeZone& zone) {
  std::string out;
  if (!print.plain) out += printed_text(print, zone);
  const std::string safe = print.plain ? print.content : safe_text(print.content, Colours::kKeep);
  for (const std::string_view line : lines_of(safe)) {
    out += in_colour_of(print.level, line);
    out += "\r\n";
  }
  // The kernel's own lines choose colours, which must not reach what comes next.
  if (safe.find('\x1b') != std::string::npos) out += "\x1b[0m";
  return out;
}

std::string plain_print(const ShownPrint& print, const TimeZone& zone) {
  if (print.plain) return print.content + "\n";
  return printed_text(print, zone) + safe_text(print.content, Colours::kKeep) + "\n";
}

std::string begin_screen(std::string_view node) {
  return fmt::format("\x1b[?2004h\x1b]0;kinode {}\x07", node);
}

std::string end_screen() { return "\x1b[?2004l\x1b]0;\x07"; }

std::string enter_alternate_screen() { return "\x1b[?1049h\x1b[?25l"; }

std::string leave_alternate_screen() { return "\x1b[?25h\x1b[?1049l"; }

std::string quit_text(std::string_view message) {
  return fmt::format("\x1b[31m\r\n{}\r\n\x1b[0m", message);
}

}  // namespace kinode::terminal
