// From the bytes of a keyboard to keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace kinode::terminal {

enum class KeyKind : std::uint8_t {
  kText,     // `text`: one or more characters that were typed
  kPaste,    // `text`: everything between the marks of a bracketed paste
  kControl,  // `letter`: A to Z, of those that have no name of their own here
  kEnter,
  kBackspace,
  kDelete,
  kLeft,
  kRight,
  kUp,
  kDown,
  kHome,
  kEnd,
};

struct Key {
  KeyKind kind = KeyKind::kText;
  std::string text = {};
  char letter = 0;
  bool operator==(const Key&) const = default;
};

/// Reads what xterm and its relatives send: control characters, UTF-8, escape sequences, bracketed
/// paste, the keyboard protocols that report releases (which are ignored). Anything else, however
/// malformed, is swallowed; a sequence that never ends is given up when the input pauses. Memory is
/// bounded by limits::kTerminalLineBytesMax. One thread.
class KeyDecoder {
 public:
  void feed(std::string_view bytes, std::vector<Key>& out);

  /// How long to wait for more of what has begun; none: nothing has begun.
  std::optional<Nanos> patience() const;

  /// Nothing came for as long as patience() said: what has begun is over.
  void pause(std::vector<Key>& out);

 private:
  enum class State : std::uint8_t {
    kGround,
    kEscape,    // ESC
    kSs3,       // ESC O
    kSequence,  // ESC [
    kSkipOne,   // ESC [ [ of a Linux console
    kString,    // a terminal's answer, up to BEL or ESC '\'
    kPaste,
  };

  void take(unsigned char byte, std::vector<Key>& out);
  void ground(unsigned char byte, std::vector<Key>& out);
  void escape(unsigned char byte, std::vector<Key>& out);
  void ss3(unsigned char byte, std::vector<Key>& out);
  void sequence(unsigned char byte, std::vector<Key>& out);
  void end_sequence(char final, std::vector<Key>& out);
  void string(unsigned char byte, std::vector<Key>& out);
  void paste(unsigned char byte, std::vector<Key>& out);
  void end_paste(std::vector<Key>& out);
  void give_up(unsigned char byte, std::vector<Key>& out);

  State state_ = State::kGround;
  std::string parameters_;  // of a sequence; empty and overlong_ when there were too many
  bool overlong_ = false;
  bool string_escape_ = false;    // ESC within a string
  std::string partial_;           // the start of a UTF-8 sequence
  std::size_t partial_left_ = 0;  // bytes of it that are still to come
  std::string pasted_;
  std::size_t paste_match_ = 0;  // bytes of the end mark seen
};

}  // namespace kinode::terminal
