// Keys from passphrases, keys from keys, and names for contents under a key.
#pragma once

#include <string_view>

#include "crypto/hash.h"
#include "crypto/secret.h"

namespace kinode::crypto {

/// BLAKE2b with 32 bytes of output under a key of 16 to 64 bytes (RFC 7693): nobody without the key
/// can tell what was hashed, or whether it is a certain content.
Hash blake2b_keyed(const SecretBytes& key, ByteView bytes);

/// Without a key.
Hash blake2b(ByteView bytes);

/// A key of 32 bytes for `purpose`: blake2b_keyed of that text and `about`.
SecretBytes derive_key(const SecretBytes& key, std::string_view purpose, ByteView about = {});

/// What deriving a key costs (RFC 9106).
struct Argon2Cost {
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
  bool operator==(const Argon2Cost&) const = default;
};

/// The second recommended choice of RFC 9106: 64 MiB; about 0.1 s on four processors.
inline constexpr Argon2Cost kArgon2Cost{64u << 10, 3, 4};

/// Argon2id, 32 bytes. `salt` has at least 8 bytes. Errors: a cost that the RFC does not allow, no
/// memory.
Result<SecretBytes> argon2id(ByteView passphrase, ByteView salt, const Argon2Cost& cost);

}  // namespace kinode::crypto
