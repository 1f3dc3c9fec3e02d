// The row that a person types in: the line itself, or a search through earlier ones.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/terminal/history.h"
#include "modules/terminal/key_decoder.h"
#include "modules/terminal/line_editor.h"

namespace kinode::terminal {

/// What is on the input row. Texts fit into the width that was asked for.
struct InputView {
  std::string prompt;
  std::string before;  // the part of the line before `marked`
  std::string marked;  // shown underlined
  std::string after;
  std::size_t cursor_column = 0;  // from the left of the row
};

/// The keys of kernel.md 9.2 that change the line. One thread.
class InputLine {
 public:
  explicit InputLine(std::string_view node) : node_(node) {}

  enum class Outcome : std::uint8_t {
    kNothing,  // not a key of the line
    kChanged,  // what view() says may differ
    kBell,     // the key has nothing to do here
    kSubmit,   // `submitted` holds a command; the line is empty again
  };
  Outcome handle(const Key& key, std::string& submitted);

  History& history() { return history_; }
  bool searching() const { return searching_; }
  std::string prompt() const;

  /// For a row of `columns`: the prompt gives way when there is no room for the line beside it.
  InputView view(std::size_t columns);

 private:
  Outcome edit(const Key& key);
  Outcome handle_search(const Key& key, std::string& submitted);
  Outcome recall(std::optional<std::string> line);
  InputView search_view(std::string prompt, std::size_t columns) const;
  void begin_search();

  const std::string node_;
  LineEditor line_;
  History history_;
  bool searching_ = false;
  std::string query_;
  std::size_t skip_ = 0;  // matches that were passed over
};

}  // namespace kinode::terminal
