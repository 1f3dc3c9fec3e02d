#include "crypto/key_derivation.h"

#include <argon2.h>
#include <fmt/format.h>
#include <sodium.h>

#include "base/assert.h"

namespace kinode::crypto {

Hash blake2b_keyed(const SecretBytes& key, ByteView bytes) {
  Hash out;
  KINODE_ASSERT(crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(),
                                   key.view().data(), key.size()) == 0);
  return out;
}

Hash blake2b(ByteView bytes) {
  Hash out;
  KINODE_ASSERT(
      crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), nullptr, 0) == 0);
  return out;
}

SecretBytes derive_key(const SecretBytes& key, std::string_view purpose, ByteView about) {
  ByteVector text(purpose.begin(), purpose.end());
  text.push_back(0);
  text.insert(text.end(), about.begin(), about.end());
  Hash hash = blake2b_keyed(key, text);
  SecretBytes out = SecretBytes::copy(hash);
  wipe(hash);
  return out;
}

Result<SecretBytes> argon2id(ByteView passphrase, ByteView salt, const Argon2Cost& cost) {
  SecretBytes out(32);
  const int status = argon2id_hash_raw(cost.passes, cost.memory_kib, cost.lanes, passphrase.data(),
                                       passphrase.size(), salt.data(), salt.size(),
                                       out.writable().data(), out.size());
  if (status != ARGON2_OK) {
    return fail(
        status == ARGON2_MEMORY_ALLOCATION_ERROR ? Code::kIo : Code::kInvalid,
        fmt::format("cannot derive a key from the passphrase: {}", argon2_error_message(status)));
  }
  return out;
}

}  // namespace kinode::crypto
