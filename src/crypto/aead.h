// AES-256-GCM with associated data, for many pieces under one key.
#pragma once

#include <memory>

#include "crypto/aes_gcm.h"

struct evp_cipher_ctx_st;  // of OpenSSL

namespace kinode::crypto {

/// A key, ready to use. The caller never uses a nonce twice under one key. One thread at a time.
class Aead {
 public:
  static constexpr std::size_t kKeyBytes = 32;
  static constexpr std::size_t kTagBytes = 16;

  /// `key` has 32 bytes.
  explicit Aead(const SecretBytes& key);
  ~Aead();
  Aead(Aead&&) noexcept;
  Aead& operator=(Aead&&) noexcept;

  /// Appends the ciphertext and its tag to `out`. `plain` has less than 2 GB and is not in `out`.
  Status seal(const GcmNonce& nonce, ByteView associated, ByteView plain, ByteVector& out);

  /// The other way; kCorrupt when key, nonce, `associated` or a byte is another one.
  Result<ByteVector> open(const GcmNonce& nonce, ByteView associated, ByteView sealed);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> context_;
  SecretBytes key_;
};

}  // namespace kinode::crypto
