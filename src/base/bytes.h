// Byte views, byte buffers that are shared and never change, and their text forms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kinode {

using ByteView = std::span<const std::uint8_t>;
using ByteVector = std::vector<std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Immutable bytes, shared by reference count: copying one never copies the bytes.
/// Thread: safe to copy and read from any thread.
class Bytes {
 public:
  Bytes() = default;

  /// Copies `from` once into a buffer of its own.
  static Bytes copy(ByteView from);
  static Bytes copy(std::string_view from) { return copy(as_bytes(from)); }

  /// Takes over a vector without copying.
  static Bytes adopt(ByteVector from);

  const std::uint8_t* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  ByteView view() const { return {data_.get(), size_}; }
  std::string_view text() const { return as_text(view()); }

  /// Equal content.
  friend bool operator==(const Bytes& a, const Bytes& b) {
    return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data(), b.data(), a.size_) == 0);
  }

 private:
  friend class ByteRoom;
  Bytes(std::shared_ptr<const std::uint8_t> data, std::size_t size)
      : data_(std::move(data)), size_(size) {}

  std::shared_ptr<const std::uint8_t> data_;
  std::size_t size_ = 0;
};

/// Room to fill, by a read from disk for instance, that then becomes shared bytes without being
/// copied or zeroed. One thread until then.
class ByteRoom {
 public:
  /// Nothing when the system has no such memory left.
  static std::optional<ByteRoom> of(std::size_t size);

  std::uint8_t* data() { return data_.get(); }
  std::size_t size() const { return size_; }

  /// The first `used` bytes, which must have been written; at most the size.
  Bytes take(std::size_t used) &&;

 private:
  ByteRoom(std::shared_ptr<std::uint8_t[]> data, std::size_t size)
      : data_(std::move(data)), size_(size) {}

  std::shared_ptr<std::uint8_t[]> data_;
  std::size_t size_;
};

/// Lowercase hex without a prefix.
std::string hex_encode(ByteView bytes);

/// Accepts upper and lower case, an even number of digits, no prefix.
Result<ByteVector> hex_decode(std::string_view text);

/// Standard alphabet with padding (RFC 4648 section 4).
std::string base64_encode(ByteView bytes);

/// Standard alphabet, padding required, nothing else tolerated.
Result<ByteVector> base64_decode(std::string_view text);

/// True for well-formed UTF-8: no overlong forms, surrogates or values above U+10FFFF.
bool is_utf8(ByteView bytes);

/// Makes text from guests, peers and browsers safe to print: control characters other than newline
/// and tab become \xNN, malformed UTF-8 becomes U+FFFD, C1 controls become \u00NN.
std::string printable(std::string_view text);

}  // namespace kinode
