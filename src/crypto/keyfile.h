// `<home>/.keys`: who the node is, locked with its password (kernel.md 6.1).
#pragma once

#include <string>
#include <vector>

#include "crypto/secret.h"
#include "crypto/signing.h"

namespace kinode::crypto {

/// The keyfile as it stands on disk: names in the clear, secrets encrypted.
struct SealedKeyfile {
  std::string username;
  std::vector<std::string> routers;  // none: the node is direct
  Bytes salt;
  Bytes net_key;  // this and the next two: nonce, ciphertext, tag
  Bytes jwt_secret;
  Bytes file_key;
  bool operator==(const SealedKeyfile&) const = default;
};

/// What a password opens.
struct Keyfile {
  std::string username;
  std::vector<std::string> routers;
  KeyPair net_key;
  SecretBytes jwt_secret;  // 32 bytes; 2 in files of the original (fault 5)
  SecretBytes file_key;    // unused by the node, kept for those who have it
};

/// Reads the outside only; takes microseconds. JSON, or bincode as very old nodes wrote it.
/// Error: "failed to deserialize keyfile".
Result<SealedKeyfile> parse_keyfile(ByteView file);

/// JSON, one line.
std::string write_keyfile(const SealedKeyfile& sealed);

/// `password_hash` is the text as it was submitted, such as password_hash.h makes it. Takes about
/// 0.1 s of CPU (a million rounds of PBKDF2): call it on the blocking pool.
/// Errors (texts of the original): kDenied "failed to decrypt networking keys" for a wrong
/// password; kCorrupt "failed to parse networking keys", "failed to decrypt jwt secret", "failed to
/// decrypt file key".
Result<Keyfile> unlock_keyfile(const SealedKeyfile& sealed, std::string_view password_hash);

/// As above with a key that derive_disk_key made; quick.
Result<Keyfile> unlock_keyfile(const SealedKeyfile& sealed, const SecretBytes& disk_key);

/// parse_keyfile and unlock_keyfile.
Result<Keyfile> open_keyfile(ByteView file, std::string_view password_hash);

/// A new file, with fresh salt and nonces. As slow as unlock_keyfile.
Result<SealedKeyfile> seal_keyfile(const Keyfile& keyfile, std::string_view password_hash,
                                   Random& random);

/// The same with the key that derive_disk_key makes of `salt`; quick.
Result<SealedKeyfile> seal_keyfile(const Keyfile& keyfile, const SecretBytes& disk_key, Bytes salt,
                                   Random& random);

/// 32 bytes for derive_disk_key.
Bytes fresh_salt(Random& random);

/// The key that encrypts the secrets: PBKDF2-HMAC-SHA256, 1,000,000 rounds, 32 bytes.
SecretBytes derive_disk_key(std::string_view password_hash, ByteView salt);

}  // namespace kinode::crypto
