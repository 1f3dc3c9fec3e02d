#include "kinode/text.h"

#include <cstdint>

namespace kinode {
namespace {

struct Character {
  size_t size;  // at least 1
  bool valid;   // if not, `size` bytes are the start of one that does not go on
};

/// What the text, which is not empty, starts with.
Character character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {1, true};
  if (first < 0xc2 || first > 0xf4) return {1, false};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  // The second byte rules out forms that are too long, halves of surrogate pairs, and what is above
  // U+10FFFF.
  uint8_t low = 0x80, high = 0xbf;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  for (size_t i = 1; i < size; ++i) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return {i, false};
    low = 0x80;
    high = 0xbf;
  }
  return {size, true};
}

/// The length of what is UTF-8 at the start.
size_t valid_prefix(std::string_view bytes) {
  size_t at = 0;
  while (at < bytes.size()) {
    const auto next = character(bytes.substr(at));
    if (!next.valid) break;
    at += next.size;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view bytes) { return valid_prefix(bytes) == bytes.size(); }

std::string lossy_utf8(std::string_view bytes) {
  std::string text;
  for (;;) {
    const size_t valid = valid_prefix(bytes);
    text += bytes.substr(0, valid);
    bytes.remove_prefix(valid);
    if (bytes.empty()) return text;
    text += "\xef\xbf\xbd";
    bytes.remove_prefix(character(bytes).size);
  }
}

}  // namespace kinode
