// Paths from outside pass here, once.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kinode::store {

/// A relative path that names something below its root and nothing else: no absolute path, no
/// empty,
/// `.` or `..` part, no NUL or backslash, at most 4,096 bytes and 255 per part.
class SafePath {
 public:
  /// A trailing slash is tolerated. The error says what is wrong with `text`.
  static Result<SafePath> parse(std::string_view text);

  const std::string& text() const { return text_; }
  bool operator==(const SafePath&) const = default;

 private:
  explicit SafePath(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace kinode::store
