// The integers and texts of a repository's objects: little endian, lengths in front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.h"

namespace kinode::backup {

class WireWriter {
 public:
  template <class T>
    requires std::is_integral_v<T>
  void number(T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = 0; i < sizeof bits; ++i) {
      out_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
    }
  }
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  /// At most 65,535 bytes.
  void text(std::string_view text) {
    number(static_cast<std::uint16_t>(text.size()));
    raw(as_bytes(text));
  }

  std::size_t size() const { return out_.size(); }
  const ByteVector& bytes() const { return out_; }
  ByteVector take() { return std::exchange(out_, {}); }

 private:
  ByteVector out_;
};

/// A cursor with a sticky error: after the first one every read yields zeros or nothing. Loops must
/// check ok() each time. Lifetime: not longer than the bytes.
class WireReader {
 public:
  explicit WireReader(ByteView bytes) : rest_(bytes) {}

  template <class T>
    requires std::is_integral_v<T>
  T number() {
    const ByteView bytes = raw(sizeof(T));
    std::make_unsigned_t<T> out = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      out = static_cast<std::make_unsigned_t<T>>((std::uint64_t{out} << 8) | bytes[i - 1]);
    }
    return static_cast<T>(out);
  }
  ByteView raw(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteView out = rest_.first(size);
    rest_ = rest_.subspan(size);
    return out;
  }
  std::string_view text() { return as_text(raw(number<std::uint16_t>())); }

  /// How many elements follow: no more than `most`, nor than fit the rest at `bytes_each`.
  std::size_t count(std::size_t most, std::size_t bytes_each) {
    const auto n = number<std::uint32_t>();
    if (n > most || std::uint64_t{n} * bytes_each > rest_.size()) ok_ = false;
    return ok_ ? n : 0;
  }

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }

 private:
  ByteView rest_;
  bool ok_ = true;
};

}  // namespace kinode::backup
