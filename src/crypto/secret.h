// Bytes that must not stay in memory: keys, and what decrypts to keys.
#pragma once

#include <span>

#include "base/bytes.h"
#include "base/random.h"

namespace kinode::crypto {

/// Overwrites `bytes`; the compiler may not leave it out.
void wipe(std::span<std::uint8_t> bytes);

/// Owns secret bytes of a fixed size and wipes them when it goes away. Move only, never printed.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  static SecretBytes copy(ByteView from);
  static SecretBytes random(std::size_t size, Random& random);

  ~SecretBytes() { wipe(bytes_); }
  SecretBytes(SecretBytes&& from) noexcept : bytes_(std::exchange(from.bytes_, {})) {}
  SecretBytes& operator=(SecretBytes&& from) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;

  ByteView view() const { return bytes_; }
  std::span<std::uint8_t> writable() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

  /// Takes the same time wherever two secrets of one size differ.
  friend bool operator==(const SecretBytes& a, const SecretBytes& b);

 private:
  ByteVector bytes_;
};

}  // namespace kinode::crypto
