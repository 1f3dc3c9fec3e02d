#include "base64.h"

#include <cstddef>
#include <cstdint>

namespace kinode::detail {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const auto at = [&](size_t i) -> uint32_t {
    return i < bytes.size() ? static_cast<uint8_t>(bytes[i]) : 0;
  };
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const uint32_t group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    const size_t digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
    for (size_t n = 0; n < 4; ++n) {
      out += n < digits ? kDigits[group >> (18 - 6 * n) & 63] : '=';
    }
  }
  return out;
}

std::optional<std::string> base64_bytes(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (size_t i = 0; i < text.size(); i += 4) {
    auto four = text.substr(i, 4);
    size_t digits = 4;
    if (i + 4 == text.size()) {
      if (four.ends_with("==")) {
        digits = 2;
      } else if (four.ends_with('=')) {
        digits = 3;
      }
    }
    uint32_t group = 0;
    for (size_t n = 0; n < 4; ++n) {
      const int value = n < digits ? digit(four[n]) : 0;
      if (value < 0) return std::nullopt;
      group = group << 6 | static_cast<uint32_t>(value);
    }
    for (size_t n = 0; n + 1 < digits; ++n) out += static_cast<char>(group >> (16 - 8 * n) & 255);
    const uint32_t spare = digits == 2 ? group & 0xffff : digits == 3 ? group & 0xff : 0;
    if (spare != 0) return std::nullopt;
  }
  return out;
}

}  // namespace kinode::detail
