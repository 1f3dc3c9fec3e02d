// Lines on the node's terminal.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace kinode {

/// How loud the terminal must be set to show a line.
enum class Verbosity : uint8_t { kAlways = 0, kDebug = 1, kRuntime = 2, kEvents = 3 };

namespace detail {

inline void append(std::string& line, std::string_view part) { line += part; }
// Exactly bool and char: other types, pointers above all, turn into them silently.
template <std::same_as<bool> Bool>
void append(std::string& line, Bool part) {
  line += part ? "true" : "false";
}
template <std::same_as<char> Char>
void append(std::string& line, Char part) {
  line += part;
}
template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
void append(std::string& line, Number part) {
  char digits[24];
  line.append(digits, std::to_chars(digits, digits + sizeof digits, part).ptr);
}

void print_line(uint8_t verbosity, std::string_view line);

}  // namespace detail

/// Texts and whole numbers, put one behind the other: print("got ", n, " bytes"). The node shows
/// the package's name in front.
template <class... Parts>
void print(Verbosity verbosity, const Parts&... parts) {
  std::string line;
  (detail::append(line, parts), ...);
  detail::print_line(static_cast<uint8_t>(verbosity), line);
}
template <class First, class... Parts>
  requires(!std::same_as<First, Verbosity>)
void print(const First& first, const Parts&... parts) {
  print(Verbosity::kAlways, first, parts...);
}

/// Prints the reason and ends the process as a trap, after which the node does what OnExit says.
[[noreturn]] void panic(std::string_view reason);

}  // namespace kinode
