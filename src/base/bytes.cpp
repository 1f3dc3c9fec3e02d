#include "base/bytes.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <new>

#include "base/assert.h"

namespace kinode {

Bytes Bytes::copy(ByteView from) {
  if (from.empty()) return {};
  // Not value-initialised: a blob of a megabyte is written once, not twice.
  auto buffer = std::make_shared_for_overwrite<std::uint8_t[]>(from.size());
  std::memcpy(buffer.get(), from.data(), from.size());
  const std::uint8_t* data = buffer.get();
  return Bytes(std::shared_ptr<const std::uint8_t>(std::move(buffer), data), from.size());
}

Bytes Bytes::adopt(ByteVector from) {
  if (from.empty()) return {};
  auto owner = std::make_shared<const ByteVector>(std::move(from));
  const std::uint8_t* data = owner->data();
  const std::size_t size = owner->size();
  return Bytes(std::shared_ptr<const std::uint8_t>(std::move(owner), data), size);
}

std::optional<ByteRoom> ByteRoom::of(std::size_t size) {
  auto* data = new (std::nothrow) std::uint8_t[std::max<std::size_t>(size, 1)];
  if (data == nullptr) return std::nullopt;
  return ByteRoom(std::shared_ptr<std::uint8_t[]>(data), size);
}

Bytes ByteRoom::take(std::size_t used) && {
  KINODE_ASSERT(used <= size_);
  if (used == 0) return {};
  const std::uint8_t* data = data_.get();
  return Bytes(std::shared_ptr<const std::uint8_t>(std::move(data_), data), used);
}

std::string hex_encode(ByteView bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    out.push_back(kDigits[b >> 4]);
    out.push_back(kDigits[b & 15]);
  }
  return out;
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr auto kBase64Values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}();

}  // namespace

Result<ByteVector> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return fail(Code::kInvalid, "hex text needs an even number of digits");
  ByteVector out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0)
      return fail(Code::kInvalid, "hex text has a character that is no digit");
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string base64_encode(ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t v =
        static_cast<std::uint32_t>(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]);
    for (int shift = 18; shift >= 0; shift -= 6) out.push_back(kBase64[(v >> shift) & 63]);
  }
  if (const std::size_t rest = bytes.size() - i; rest > 0) {
    const std::uint32_t v =
        static_cast<std::uint32_t>(bytes[i] << 16 | (rest == 2 ? bytes[i + 1] << 8 : 0));
    out.push_back(kBase64[v >> 18]);
    out.push_back(kBase64[(v >> 12) & 63]);
    out.push_back(rest == 2 ? kBase64[(v >> 6) & 63] : '=');
    out.push_back('=');
  }
  return out;
}

Result<ByteVector> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0)
    return fail(Code::kInvalid, "base64 text needs a length that 4 divides");
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::string_view digits = text.substr(0, text.size() - padding);
  ByteVector out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    const std::int8_t value = kBase64Values[static_cast<unsigned char>(c)];
    if (value < 0) return fail(Code::kInvalid, "base64 text has a character outside its alphabet");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> count));
    }
  }
  // What is left must be zero, else two texts would mean the same bytes.
  if ((bits & ((1u << count) - 1)) != 0)
    return fail(Code::kInvalid, "base64 text ends in stray bits");
  return out;
}

namespace {

/// Length of the well-formed sequence at the start of `bytes`, 0 if there is none (RFC 3629).
std::size_t utf8_sequence(ByteView bytes) {
  const std::uint8_t b0 = bytes[0];
  if (b0 < 0x80) return 1;
  const auto continues = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xbf) {
    return i < bytes.size() && bytes[i] >= low && bytes[i] <= high;
  };
  if (b0 >= 0xc2 && b0 <= 0xdf) return continues(1) ? 2 : 0;
  if (b0 >= 0xe0 && b0 <= 0xef) {
    const std::uint8_t low = b0 == 0xe0 ? 0xa0 : 0x80;
    const std::uint8_t high = b0 == 0xed ? 0x9f : 0xbf;
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (b0 >= 0xf0 && b0 <= 0xf4) {
    const std::uint8_t low = b0 == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = b0 == 0xf4 ? 0x8f : 0xbf;
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t n = utf8_sequence(bytes);
    if (n == 0) return false;
    bytes = bytes.subspan(n);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  ByteView rest = as_bytes(text);
  while (!rest.empty()) {
    const std::size_t n = utf8_sequence(rest);
    if (n == 0) {
      out += "\xef\xbf\xbd";
      rest = rest.subspan(1);
      continue;
    }
    const std::uint8_t c = rest[0];
    if (n == 1 && ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)) {
      out += fmt::format("\\x{:02x}", c);
    } else if (n == 2 && c == 0xc2 && rest[1] < 0xa0) {
      out += fmt::format("\\u{:04x}", rest[1]);
    } else {
      out += as_text(rest.first(n));
    }
    rest = rest.subspan(n);
  }
  return out;
}

}  // namespace kinode
