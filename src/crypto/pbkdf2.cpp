#include "crypto/pbkdf2.h"

#include <algorithm>
#include <array>
#include <crypto++/sha.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"
#include "crypto/hash.h"

namespace kinode::crypto {

namespace {

using CryptoPP::word32;
using State = std::array<word32, 8>;
using Block = std::array<word32, 16>;

constexpr std::size_t kBlockBytes = 64;

word32 big_endian(const std::uint8_t* at) {
  return static_cast<word32>(at[0]) << 24 | static_cast<word32>(at[1]) << 16 |
         static_cast<word32>(at[2]) << 8 | at[3];
}

template <class T>
void wipe_words(T& words) {
  wipe({reinterpret_cast<std::uint8_t*>(words.data()), sizeof words});
}

/// HMAC of messages of 32 bytes. OpenSSL's and libsodium's pad the key again for each message and
/// take three to six times as long; everybody who guesses passwords does it this way.
class ShortHmac {
 public:
  explicit ShortHmac(ByteView key) {
    std::array<std::uint8_t, kBlockBytes> padded{};
    if (key.size() > kBlockBytes) {
      std::ranges::copy(sha256(key), padded.begin());
    } else {
      std::ranges::copy(key, padded.begin());
    }
    inner_ = start(padded, 0x36363636);
    outer_ = start(padded, 0x5c5c5c5c);
    wipe(padded);
  }
  ~ShortHmac() {
    wipe_words(inner_);
    wipe_words(outer_);
  }
  ShortHmac(const ShortHmac&) = delete;
  ShortHmac& operator=(const ShortHmac&) = delete;

  /// `message` is the first half of `block`; its HMAC takes that place.
  void apply(Block& block) const {
    State state = inner_;
    CryptoPP::SHA256::Transform(state.data(), block.data());
    std::ranges::copy(state, block.begin());
    state = outer_;
    CryptoPP::SHA256::Transform(state.data(), block.data());
    std::ranges::copy(state, block.begin());
  }

  /// A block whose second half is what SHA-256 puts after 64 bytes of key and 32 of message.
  static Block empty_block() {
    Block block{};
    block[8] = 0x80000000;
    block[15] = 8 * (kBlockBytes + 32);
    return block;
  }

 private:
  static State start(const std::array<std::uint8_t, kBlockBytes>& key, word32 pad) {
    State state;
    CryptoPP::SHA256::InitState(state.data());
    Block block;
    for (std::size_t i = 0; i < block.size(); ++i) block[i] = big_endian(&key[4 * i]) ^ pad;
    CryptoPP::SHA256::Transform(state.data(), block.data());
    wipe_words(block);
    return state;
  }

  State inner_, outer_;
};

/// HMAC(password, salt and the number of the first block).
Hash first_hash(std::string_view password, ByteView salt) {
  ByteVector message(salt.begin(), salt.end());
  message.insert(message.end(), {0, 0, 0, 1});
  Hash out;
  unsigned size = out.size();
  // OpenSSL takes a null key for "as before".
  const void* key = password.empty() ? "" : password.data();
  KINODE_ASSERT(HMAC(EVP_sha256(), key, static_cast<int>(password.size()), message.data(),
                     message.size(), out.data(), &size) != nullptr);
  return out;
}

}  // namespace

SecretBytes pbkdf2_sha256(std::string_view password, ByteView salt, std::uint32_t rounds) {
  const ShortHmac hmac(as_bytes(password));
  Hash first = first_hash(password, salt);
  Block block = ShortHmac::empty_block();
  State sum;
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = block[i] = big_endian(&first[4 * i]);
  for (std::uint32_t round = 1; round < rounds; ++round) {
    hmac.apply(block);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= block[i];
  }
  SecretBytes out(4 * sum.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    out.writable()[i] = static_cast<std::uint8_t>(sum[i / 4] >> (24 - 8 * (i % 4)));
  }
  wipe(first);
  wipe_words(block);
  wipe_words(sum);
  return out;
}

}  // namespace kinode::crypto
