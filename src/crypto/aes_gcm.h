// AES-256-GCM without associated data, as the keyfile uses it (kernel.md 6.1).
#pragma once

#include <array>

#include "crypto/secret.h"

namespace kinode::crypto {

using GcmNonce = std::array<std::uint8_t, 12>;

/// nonce, ciphertext, 16-byte tag. `key` has 32 bytes. A nonce may be used once per key.
Result<ByteVector> gcm_seal(const SecretBytes& key, const GcmNonce& nonce, ByteView plain);

/// The other way; kDenied when the key is wrong or a byte was changed.
Result<SecretBytes> gcm_open(const SecretBytes& key, ByteView sealed);

}  // namespace kinode::crypto
