// Ed25519: a node's networking key signs what the node vouches for (kernel.md 1.3).
#pragma once

#include <array>
#include <span>

#include "crypto/secret.h"
#include "msg/capability.h"

namespace kinode::crypto {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// A private key with its public key. Thread: signing from any.
class KeyPair {
 public:
  static constexpr std::size_t kSeedBytes = 32;

  static KeyPair from_seed(std::span<const std::uint8_t, kSeedBytes> seed);
  /// `random` must be fit for keys (OsRandom) outside of tests.
  static KeyPair generate(Random& random);

  const PublicKey& public_key() const { return public_key_; }
  /// The public key as the chain's directory shows it: `0x` and lowercase hex.
  std::string public_key_text() const;

  /// 32 bytes; lives as long as the key pair.
  ByteView seed() const { return secret_.view().first(kSeedBytes); }

  Signature sign(ByteView message) const;

  /// The signature over the capability's MessagePack form.
  Bytes sign(const msg::Capability& cap) const;

 private:
  KeyPair() : secret_(64) {}

  SecretBytes secret_;  // seed and public key, as libsodium wants it
  PublicKey public_key_{};
};

/// False also for a signature of the wrong size.
bool verify(const PublicKey& key, ByteView message, ByteView signature);
bool verify(const PublicKey& key, const msg::Capability& cap, ByteView signature);

}  // namespace kinode::crypto
