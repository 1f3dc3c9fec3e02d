// Hex, base64 and UTF-8 against plain models, one bit and one code point at a time.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/assert.h"
#include "base/bytes.h"

namespace {

using namespace kinode;

/// Bits of each digit in a row; none when something is no digit.
std::optional<std::vector<bool>> bits_of(std::string_view text, std::string_view alphabet,
                                         int width) {
  std::vector<bool> bits;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == alphabet.npos) return std::nullopt;
    for (int bit = width - 1; bit >= 0; --bit) bits.push_back((value >> bit & 1) != 0);
  }
  return bits;
}

ByteVector whole_bytes(const std::vector<bool>& bits) {
  ByteVector out(bits.size() / 8);
  for (std::size_t i = 0; i < out.size() * 8; ++i) {
    out[i / 8] = static_cast<std::uint8_t>(out[i / 8] << 1 | (bits[i] ? 1 : 0));
  }
  return out;
}

std::optional<ByteVector> model_hex(std::string text) {
  if (text.size() % 2 != 0) return std::nullopt;
  for (char& c : text) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto bits = bits_of(text, "0123456789abcdef", 4);
  if (!bits) return std::nullopt;
  return whole_bytes(*bits);
}

std::optional<ByteVector> model_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) {
    text.remove_suffix(2);
  } else if (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  const auto bits =
      bits_of(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6);
  if (!bits) return std::nullopt;
  for (std::size_t i = bits->size() / 8 * 8; i < bits->size(); ++i) {
    if ((*bits)[i]) return std::nullopt;
  }
  return whole_bytes(*bits);
}

/// Code points; none when it is not UTF-8.
std::optional<std::vector<std::uint32_t>> model_utf8(ByteView bytes) {
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < bytes.size();) {
    const std::uint8_t first = bytes[i++];
    int more = 0;
    while (more < 4 && (first << more & 0x80) != 0) ++more;
    if (more == 1 || (more == 4 && (first & 0x08) != 0)) return std::nullopt;
    std::uint32_t point = more == 0 ? first : first & (0x7fu >> more);
    for (int k = 1; k < more; ++k, ++i) {
      if (i >= bytes.size() || (bytes[i] & 0xc0) != 0x80) return std::nullopt;
      point = point << 6 | (bytes[i] & 0x3fu);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kLeast[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
      return std::nullopt;
    }
    out.push_back(point);
  }
  return out;
}

void check_printable(std::string_view text) {
  const std::string shown = printable(text);
  const auto points = model_utf8(as_bytes(shown));
  KINODE_ASSERT(points);
  for (const std::uint32_t point : *points) {
    const bool control = point < 0x20 || (point >= 0x7f && point < 0xa0);
    KINODE_ASSERT(!control || point == '\n' || point == '\t');
  }
  KINODE_ASSERT(printable(shown) == shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const std::string text(as_text(input));

  const auto hex = hex_decode(text);
  const auto expected_hex = model_hex(text);
  KINODE_ASSERT(hex.has_value() == expected_hex.has_value());
  if (hex) KINODE_ASSERT(*hex == *expected_hex);
  KINODE_ASSERT(std::ranges::equal(hex_decode(hex_encode(input)).value(), input));

  const auto base64 = base64_decode(text);
  const auto expected_base64 = model_base64(text);
  KINODE_ASSERT(base64.has_value() == expected_base64.has_value());
  if (base64) KINODE_ASSERT(*base64 == *expected_base64 && base64_encode(*base64) == text);
  KINODE_ASSERT(std::ranges::equal(base64_decode(base64_encode(input)).value(), input));

  KINODE_ASSERT(is_utf8(input) == model_utf8(input).has_value());
  check_printable(text);
  return 0;
}
