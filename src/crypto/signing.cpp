#include "crypto/signing.h"

#include <algorithm>
#include <sodium.h>

namespace kinode::crypto {

KeyPair KeyPair::from_seed(std::span<const std::uint8_t, kSeedBytes> seed) {
  KeyPair out;
  crypto_sign_seed_keypair(out.public_key_.data(), out.secret_.writable().data(), seed.data());
  return out;
}

KeyPair KeyPair::generate(Random& random) {
  const SecretBytes seed = SecretBytes::random(kSeedBytes, random);
  return from_seed(seed.view().first<kSeedBytes>());
}

std::string KeyPair::public_key_text() const { return "0x" + hex_encode(public_key_); }

Signature KeyPair::sign(ByteView message) const {
  Signature out;
  crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret_.view().data());
  return out;
}

Bytes KeyPair::sign(const msg::Capability& cap) const {
  return Bytes::copy(sign(msg::capability_signing_bytes(cap)));
}

bool verify(const PublicKey& key, ByteView message, ByteView signature) {
  return signature.size() == std::tuple_size_v<Signature> &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

bool verify(const PublicKey& key, const msg::Capability& cap, ByteView signature) {
  return verify(key, msg::capability_signing_bytes(cap), signature);
}

}  // namespace kinode::crypto
