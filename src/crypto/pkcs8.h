// The file form of an Ed25519 private key (kernel.md 6.1; RFC 5958, RFC 8410).
#pragma once

#include "crypto/signing.h"

namespace kinode::crypto {

/// Version 2, 83 bytes, as nodes write it today.
SecretBytes encode_pkcs8(const KeyPair& key);

/// Accepts version 2 of 83 and of 85 bytes (older nodes), and version 1 (48 bytes, no public key).
/// Errors: another form, or a public key that does not belong to the seed.
Result<KeyPair> decode_pkcs8(ByteView document);

}  // namespace kinode::crypto
