// What opens a repository: its master key under a passphrase or a recovery key
// (docs/formats/backup.md, "Keys").
#pragma once

#include "modules/backup/keys.h"

namespace kinode::backup {

/// What a person has to open a repository with.
struct Secret {
  enum class Kind : std::uint8_t { kPassphrase = 1, kRecoveryKey = 2 };
  Kind kind = Kind::kPassphrase;
  crypto::SecretBytes bytes;  // the passphrase; or the 20 bytes of the recovery key

  /// Errors: empty, too long.
  static Result<Secret> passphrase(std::string_view text);
  /// As it was printed; spaces, dashes and lower case do not matter. The error says if a letter is
  /// wrong.
  static Result<Secret> recovery_key(std::string_view text);
  static Secret fresh_recovery_key(Random& random);

  /// Of a recovery key: nine groups of four letters and digits, the last one a check.
  std::string recovery_text() const;
};

struct KeySlot {
  Secret::Kind kind = Secret::Kind::kPassphrase;
  crypto::Argon2Cost cost;  // zeros with a recovery key, which is too long to be guessed
  std::array<std::uint8_t, 16> salt{};
  ByteVector wrapped;  // nonce, ciphertext and tag

  bool operator==(const KeySlot&) const = default;
};

ByteVector encode_key_slot(const KeySlot& slot);
/// Bounded; kCorrupt when a byte was changed, also without knowing a secret.
Result<KeySlot> decode_key_slot(ByteView bytes);

/// `repository` is bound to the slot. Deriving takes about 0.1 s and the memory of `cost`.
Result<KeySlot> wrap_master_key(const Secret& secret, const crypto::SecretBytes& master,
                                const ObjectId& repository, const crypto::Argon2Cost& cost,
                                Random& random);
/// kDenied: another secret, or a slot of another repository.
Result<crypto::SecretBytes> unwrap_master_key(const KeySlot& slot, const Secret& secret,
                                              const ObjectId& repository);

}  // namespace kinode::backup
