#include "msg/msgpack_reader.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "base/assert.h"

namespace kinode::msg {

namespace {

constexpr std::uint8_t kNil = 0xc0;

bool is_fix_text(std::uint8_t tag) { return (tag & 0xe0) == 0xa0; }
bool is_fix_array(std::uint8_t tag) { return (tag & 0xf0) == 0x90; }
bool is_fix_map(std::uint8_t tag) { return (tag & 0xf0) == 0x80; }
bool is_bin(std::uint8_t tag) { return tag >= 0xc4 && tag <= 0xc6; }
bool is_map(std::uint8_t tag) { return is_fix_map(tag) || tag == 0xde || tag == 0xdf; }
bool is_text(std::uint8_t tag) { return is_fix_text(tag) || (tag >= 0xd9 && tag <= 0xdb); }

/// Width of the length that follows an 8, 16 or 32 bit tag, counted from the family's first.
std::size_t length_width(std::uint8_t tag, std::uint8_t first) {
  return std::size_t{1} << (tag - first);
}

std::string kind_name(std::uint8_t tag) {
  if (tag < 0x80 || (tag >= 0xcc && tag <= 0xcf)) return "a number";
  if (tag >= 0xe0 || (tag >= 0xd0 && tag <= 0xd3)) return "a signed number";
  if (tag == kNil) return "nil";
  if (tag == 0xc2 || tag == 0xc3) return "a bool";
  if (is_text(tag)) return "text";
  if (is_bin(tag)) return "bin";
  if (is_map(tag)) return "a map";
  if (is_fix_array(tag) || tag == 0xdc || tag == 0xdd) return "an array";
  return fmt::format("type {:02x}", tag);
}

}  // namespace

void MsgpackReader::refuse(std::string_view what, std::string_view expected) {
  if (!ok_) return;
  ok_ = false;
  error_ = fmt::format("at byte {}: {}: expected {}", last_, what, expected);
}

void MsgpackReader::mismatch(std::string_view what, std::string_view expected, std::uint8_t found) {
  refuse(what, fmt::format("{}, found {}", expected, kind_name(found)));
}

Status MsgpackReader::status() const {
  if (ok_) return {};
  return fail(Code::kInvalid, error_);
}

ByteView MsgpackReader::take(std::string_view what, std::uint64_t n) {
  if (!ok_) return {};
  const std::size_t left = bytes_.size() - offset_;
  if (n > left) {
    refuse(what, fmt::format("{} more bytes, only {} are left", n, left));
    return {};
  }
  const ByteView out = bytes_.subspan(offset_, static_cast<std::size_t>(n));
  offset_ += out.size();
  return out;
}

std::uint8_t MsgpackReader::tag(std::string_view what) {
  if (ok_) last_ = offset_;
  const ByteView raw = take(what, 1);
  return raw.empty() ? kNil : raw[0];
}

std::optional<std::uint8_t> MsgpackReader::peek() const {
  if (!ok_ || offset_ == bytes_.size()) return std::nullopt;
  return bytes_[offset_];
}

std::uint64_t MsgpackReader::big_endian(std::string_view what, std::size_t width) {
  std::uint64_t out = 0;
  for (const std::uint8_t b : take(what, width)) out = out << 8 | b;
  return out;
}

bool MsgpackReader::nil() {
  if (peek() != kNil) return false;
  last_ = offset_++;
  return true;
}

bool MsgpackReader::boolean(std::string_view what) {
  const std::uint8_t t = tag(what);
  if (t != 0xc2 && t != 0xc3) mismatch(what, "true or false", t);
  return ok_ && t == 0xc3;
}

std::uint64_t MsgpackReader::integer(std::string_view what, std::uint64_t max) {
  const std::uint8_t t = tag(what);
  if (!ok_) return 0;
  std::uint64_t value = t;
  if (t >= 0xcc && t <= 0xcf) {
    value = big_endian(what, length_width(t, 0xcc));
  } else if (t >= 0xd0 && t <= 0xd3) {
    const std::size_t width = length_width(t, 0xd0);
    value = big_endian(what, width);
    if (value >> (8 * width - 1) != 0) refuse(what, "a number that is not negative");
  } else if (t >= 0xe0) {
    refuse(what, "a number that is not negative");
  } else if (t >= 0x80) {
    mismatch(what, "a number", t);
  }
  if (ok_ && value > max) refuse(what, fmt::format("a number up to {}, found {}", max, value));
  return ok_ ? value : 0;
}

std::string_view MsgpackReader::text(std::string_view what, std::size_t max_bytes) {
  const std::uint8_t t = tag(what);
  if (!ok_) return {};
  std::uint64_t n = t & 0x1f;
  if (t >= 0xd9 && t <= 0xdb) {
    n = big_endian(what, length_width(t, 0xd9));
  } else if (is_bin(t)) {
    n = big_endian(what, length_width(t, 0xc4));
  } else if (!is_fix_text(t)) {
    mismatch(what, "text", t);
  }
  if (n > max_bytes) refuse(what, fmt::format("at most {} bytes, found {}", max_bytes, n));
  const ByteView raw = take(what, n);
  if (!is_utf8(raw)) refuse(what, "UTF-8 text");
  return ok_ ? as_text(raw) : std::string_view();
}

Bytes MsgpackReader::bytes(std::string_view what, std::size_t max_bytes) {
  const auto t = peek();
  if (t && is_bin(*t)) {
    last_ = offset_++;
    const std::uint64_t n = big_endian(what, length_width(*t, 0xc4));
    if (n > max_bytes) refuse(what, fmt::format("at most {} bytes, found {}", max_bytes, n));
    return Bytes::copy(take(what, n));
  }
  const std::size_t n = array(what, max_bytes);
  ByteVector out(n);
  for (std::size_t i = 0; i < n && ok_;) {
    i += take_small_integers({out.data() + i, n - i});
    if (i < n) out[i++] = static_cast<std::uint8_t>(integer(what, 0xff));
  }
  return ok_ ? Bytes::adopt(std::move(out)) : Bytes();
}

/// Reads integers in the two forms that every encoder writes for a byte, until `out` is full or
/// another form comes. Says how many.
std::size_t MsgpackReader::take_small_integers(std::span<std::uint8_t> out) {
  const std::uint8_t* at = bytes_.data() + offset_;
  const std::uint8_t* const end = bytes_.data() + bytes_.size();
  std::size_t i = 0;
  while (i < out.size()) {
    // Text has eight bytes below 128 in a row nearly always.
    if (out.size() - i >= 8 && end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        std::memcpy(out.data() + i, at, sizeof word);
        at += sizeof word;
        i += sizeof word;
        continue;
      }
    }
    const std::size_t stop = std::min(out.size(), i + 8);
    while (i < stop && at != end && *at < 0x80) out[i++] = *at++;
    while (i < stop && end - at >= 2 && *at == 0xcc) {
      out[i++] = at[1];
      at += 2;
    }
    if (i < stop && (at == end || (*at >= 0x80 && (*at != 0xcc || end - at < 2)))) break;
  }
  offset_ = static_cast<std::size_t>(at - bytes_.data());
  return i;
}

std::size_t MsgpackReader::checked_count(std::string_view what, std::uint64_t n,
                                         std::size_t bytes_each, std::size_t max) {
  const std::size_t left = bytes_.size() - offset_;
  if (n > max) refuse(what, fmt::format("at most {} elements, found {}", max, n));
  if (n > left / bytes_each) {
    refuse(what, fmt::format("a length that fits the {} bytes left, found {}", left, n));
  }
  return ok_ ? static_cast<std::size_t>(n) : 0;
}

std::size_t MsgpackReader::array(std::string_view what, std::size_t max) {
  const std::uint8_t t = tag(what);
  if (!ok_) return 0;
  std::uint64_t n = t & 0x0f;
  if (t == 0xdc || t == 0xdd) {
    n = big_endian(what, length_width(t, 0xdb));
  } else if (!is_fix_array(t)) {
    mismatch(what, "an array", t);
  }
  return checked_count(what, n, 1, max);
}

void MsgpackReader::tuple(std::string_view what, std::size_t count) {
  const std::size_t n = array(what, ~std::size_t{0});
  if (ok_ && n != count) refuse(what, fmt::format("an array of {} elements, found {}", count, n));
}

std::size_t MsgpackReader::map(std::string_view what, std::size_t max) {
  const std::uint8_t t = tag(what);
  if (!ok_) return 0;
  std::uint64_t n = t & 0x0f;
  if (t == 0xde || t == 0xdf) {
    n = big_endian(what, length_width(t, 0xdd));
  } else if (!is_fix_map(t)) {
    mismatch(what, "a map", t);
  }
  return checked_count(what, n, 2, max);
}

std::size_t MsgpackReader::find_name(std::string_view what,
                                     std::span<const std::string_view> names) {
  const auto t = peek();
  if (t && (is_text(*t) || is_bin(*t))) {
    const std::string_view name = text(what, ~std::size_t{0});
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  }
  const std::uint64_t index = integer(what);
  return index < names.size() ? static_cast<std::size_t>(index) : names.size();
}

std::optional<std::size_t> MsgpackReader::open_struct(std::string_view what, std::size_t fields) {
  KINODE_ASSERT(fields <= 32);
  const auto t = peek();
  if (t && is_map(*t)) return map(what, ~std::size_t{0});
  tuple(what, fields);
  return std::nullopt;
}

std::size_t MsgpackReader::next_key(std::string_view what, std::span<const std::string_view> names,
                                    std::uint32_t& seen) {
  const std::size_t field = find_name(what, names);
  if (!ok_) return names.size();
  if (field == names.size()) {
    skip();
    return field;
  }
  const std::uint32_t bit = std::uint32_t{1} << field;
  if ((seen & bit) != 0) {
    refuse(what, fmt::format("the field `{}` only once", names[field]));
    return names.size();
  }
  seen |= bit;
  return field;
}

void MsgpackReader::check_missing(std::string_view what, std::span<const std::string_view> names,
                                  std::uint32_t seen) {
  for (std::size_t i = 0; i < names.size() && ok_; ++i) {
    if ((seen >> i & 1) == 0) refuse(what, fmt::format("the field `{}`", names[i]));
  }
}

MsgpackReader::Variant MsgpackReader::variant(std::string_view what,
                                              std::span<const std::string_view> names) {
  Variant out;
  const auto t = peek();
  if (t && is_map(*t)) {
    const std::size_t pairs = map(what, ~std::size_t{0});
    if (ok_ && pairs != 1) refuse(what, fmt::format("a map of one pair, found {}", pairs));
    out.has_value = true;
  }
  out.index = find_name(what, names);
  if (ok_ && out.index == names.size()) {
    refuse(what, fmt::format("one of {}", fmt::join(names, ", ")));
  }
  if (!ok_) out.index = 0;
  return out;
}

void MsgpackReader::unit(std::string_view what, Variant variant) {
  if (!variant.has_value || !ok_ || nil()) return;
  last_ = offset_;
  refuse(what, "nil");
}

void MsgpackReader::need_value(std::string_view what, Variant variant) {
  if (!variant.has_value) refuse(what, "a map of the variant's name and its value");
}

void MsgpackReader::skip() {
  std::uint64_t pending = 1;
  while (pending > 0 && ok_) pending = pending - 1 + skip_one();
}

/// Moves over one value's own bytes; says how many values belong to it.
std::uint64_t MsgpackReader::skip_one() {
  constexpr std::string_view kWhat = "unknown field";
  const std::uint8_t t = tag(kWhat);
  if (!ok_ || t < 0x80 || t >= 0xe0) return 0;
  if (is_fix_map(t)) return 2 * (t & 0x0fu);
  if (is_fix_array(t)) return t & 0x0f;
  if (is_fix_text(t)) {
    take(kWhat, t & 0x1f);
    return 0;
  }
  // Per tag from c0: bytes of a length, bytes beside it, and values per unit of the length.
  struct Shape {
    std::uint8_t length, fixed, values;
  };
  static constexpr Shape kShapes[0x20] = {
      {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0},              // nil, never used, bools
      {1, 0, 0}, {2, 0, 0}, {4, 0, 0},                         // bin
      {1, 1, 0}, {2, 1, 0}, {4, 1, 0},                         // ext
      {0, 4, 0}, {0, 8, 0},                                    // fractions
      {0, 1, 0}, {0, 2, 0}, {0, 4, 0}, {0, 8, 0},              // unsigned
      {0, 1, 0}, {0, 2, 0}, {0, 4, 0}, {0, 8, 0},              // signed
      {0, 2, 0}, {0, 3, 0}, {0, 5, 0}, {0, 9, 0}, {0, 17, 0},  // fixed ext
      {1, 0, 0}, {2, 0, 0}, {4, 0, 0},                         // text
      {2, 0, 1}, {4, 0, 1},                                    // array
      {2, 0, 2}, {4, 0, 2},                                    // map
  };
  if (t == 0xc1) refuse(kWhat, "a value, found the unused type c1");
  const Shape shape = kShapes[t - 0xc0];
  const std::uint64_t n = shape.length == 0 ? 0 : big_endian(kWhat, shape.length);
  take(kWhat, shape.fixed);
  if (shape.values != 0) return ok_ ? n * shape.values : 0;
  take(kWhat, n);
  return 0;
}

}  // namespace kinode::msg
