// Reads JSON text from front to back, without building a tree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kinode {

/// How deep lists and objects may nest.
inline constexpr int kJsonDepthMax = 127;

/// The text without white space around it, if it is exactly one JSON value. What this accepts, the
/// Reader reads.
std::optional<std::string_view> json_value(std::string_view text);

/// Each function that reads gives false or nothing if the text goes on with something else; the
/// reader is then of no more use.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  std::string_view rest() const { return text_; }

  /// The next character after white space; 0 at the end.
  char peek();
  /// Takes this character, after white space.
  bool take(char c);
  bool take_word(std::string_view word);

  /// One value of any kind; its text.
  std::optional<std::string_view> value();
  /// A string's characters, in UTF-8.
  std::optional<std::string> string();
  /// A number's text.
  std::optional<std::string_view> number();
  /// A list of whole numbers from 0 to 255, as bytes.
  std::optional<std::string> bytes();

 private:
  char next();
  void skip_space();
  bool skip_value(int depth);
  bool skip_list(char end, int depth, bool members);
  bool escape(std::string& out);
  std::optional<uint32_t> hex();
  size_t skip_digits();

  std::string_view text_;
};

}  // namespace kinode
