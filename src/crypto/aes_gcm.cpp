#include "crypto/aes_gcm.h"

#include <limits>
#include <memory>
#include <openssl/evp.h>

#include "base/assert.h"

namespace kinode::crypto {

namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kNonceBytes = std::tuple_size_v<GcmNonce>;

struct ContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextFree>;

bool fits_int(std::size_t size) { return size <= std::numeric_limits<int>::max(); }

std::unexpected<Error> openssl_failed() {
  return fail(Code::kInternal, "OpenSSL refused AES-256-GCM");
}

}  // namespace

Result<ByteVector> gcm_seal(const SecretBytes& key, const GcmNonce& nonce, ByteView plain) {
  KINODE_ASSERT(key.size() == kKeyBytes);
  if (!fits_int(plain.size())) return fail(Code::kInvalid, "too long to encrypt in one piece");
  ByteVector out(nonce.begin(), nonce.end());
  out.resize(kNonceBytes + plain.size() + kTagBytes);
  std::uint8_t* body = out.data() + kNonceBytes;
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool done =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.view().data(),
                         nonce.data()) == 1 &&
      (plain.empty() || EVP_EncryptUpdate(context.get(), body, &length, plain.data(),
                                          static_cast<int>(plain.size())) == 1) &&
      EVP_EncryptFinal_ex(context.get(), body + length, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + plain.size()) == 1;
  if (!done) return openssl_failed();
  return out;
}

Result<SecretBytes> gcm_open(const SecretBytes& key, ByteView sealed) {
  KINODE_ASSERT(key.size() == kKeyBytes);
  if (sealed.size() < kNonceBytes + kTagBytes || !fits_int(sealed.size())) {
    return fail(Code::kCorrupt, "the encrypted bytes are cut short");
  }
  const ByteView body = sealed.subspan(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  ByteVector tag(sealed.end() - kTagBytes, sealed.end());  // OpenSSL wants it writable
  SecretBytes out(body.size());
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool ready =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.view().data(),
                         sealed.data()) == 1 &&
      (body.empty() || EVP_DecryptUpdate(context.get(), out.writable().data(), &length, body.data(),
                                         static_cast<int>(body.size())) == 1) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1;
  if (!ready) return openssl_failed();
  std::uint8_t none[EVP_MAX_BLOCK_LENGTH];
  if (EVP_DecryptFinal_ex(context.get(), none, &length) != 1) {
    return fail(Code::kDenied, "the key is wrong, or the encrypted bytes were changed");
  }
  return out;
}

}  // namespace kinode::crypto
