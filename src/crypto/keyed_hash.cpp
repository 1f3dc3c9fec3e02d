#include "crypto/keyed_hash.h"

#include <array>
#include <cstring>
#include <sodium.h>

namespace kinode::crypto {

namespace {

using Key = std::array<unsigned char, crypto_shorthash_siphashx24_KEYBYTES>;

const Key& key() {
  static const Key kDrawn = [] {
    Key out{};
    randombytes_buf(out.data(), out.size());
    return out;
  }();
  return kDrawn;
}

}  // namespace

KeyedHash keyed_hash(std::string_view text) {
  std::array<unsigned char, crypto_shorthash_siphashx24_BYTES> bytes{};
  crypto_shorthash_siphashx24(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                              text.size(), key().data());
  KeyedHash out;
  static_assert(sizeof out == sizeof bytes);
  std::memcpy(&out, bytes.data(), sizeof out);
  if (out == KeyedHash{}) out.low = 1;
  return out;
}

}  // namespace kinode::crypto
