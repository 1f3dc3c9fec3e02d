#include "crypto/aead.h"

#include <limits>
#include <openssl/evp.h>

#include "base/assert.h"

namespace kinode::crypto {

namespace {

bool fits(std::size_t size) { return size < std::numeric_limits<int>::max() / 2; }

int as_int(std::size_t size) { return static_cast<int>(size); }

std::unexpected<Error> refused() {
  return fail(Code::kInternal, "OpenSSL refused AES-256-GCM with associated data");
}

}  // namespace

void Aead::Free::operator()(evp_cipher_ctx_st* context) const { EVP_CIPHER_CTX_free(context); }

Aead::Aead(const SecretBytes& key)
    : context_(EVP_CIPHER_CTX_new()), key_(SecretBytes::copy(key.view())) {
  KINODE_ASSERT(context_ != nullptr && key.size() == kKeyBytes);
  KINODE_ASSERT(
      EVP_CipherInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr, 1) == 1);
}
Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

Status Aead::seal(const GcmNonce& nonce, ByteView associated, ByteView plain, ByteVector& out) {
  if (!fits(plain.size()) || !fits(associated.size())) {
    return fail(Code::kInvalid, "too long to encrypt in one piece");
  }
  const std::size_t start = out.size();
  out.resize(start + plain.size() + kTagBytes);
  std::uint8_t* body = out.data() + start;
  EVP_CIPHER_CTX* context = context_.get();
  int length = 0;
  std::uint8_t none[EVP_MAX_BLOCK_LENGTH];
  const bool done =
      EVP_EncryptInit_ex(context, nullptr, nullptr, key_.view().data(), nonce.data()) == 1 &&
      (associated.empty() || EVP_EncryptUpdate(context, nullptr, &length, associated.data(),
                                               as_int(associated.size())) == 1) &&
      (plain.empty() ||
       EVP_EncryptUpdate(context, body, &length, plain.data(), as_int(plain.size())) == 1) &&
      EVP_EncryptFinal_ex(context, none, &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, body + plain.size()) == 1;
  if (!done) return refused();
  return {};
}

Result<ByteVector> Aead::open(const GcmNonce& nonce, ByteView associated, ByteView sealed) {
  if (sealed.size() < kTagBytes || !fits(sealed.size()) || !fits(associated.size())) {
    return fail(Code::kCorrupt, "the encrypted bytes are cut short");
  }
  const ByteView body = sealed.first(sealed.size() - kTagBytes);
  std::uint8_t tag[kTagBytes];  // OpenSSL wants it writable
  std::copy(sealed.end() - kTagBytes, sealed.end(), tag);
  ByteVector out(body.size());
  EVP_CIPHER_CTX* context = context_.get();
  int length = 0;
  const bool ready =
      EVP_DecryptInit_ex(context, nullptr, nullptr, key_.view().data(), nonce.data()) == 1 &&
      (associated.empty() || EVP_DecryptUpdate(context, nullptr, &length, associated.data(),
                                               as_int(associated.size())) == 1) &&
      (body.empty() ||
       EVP_DecryptUpdate(context, out.data(), &length, body.data(), as_int(body.size())) == 1) &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag) == 1;
  if (!ready) return refused();
  std::uint8_t none[EVP_MAX_BLOCK_LENGTH];
  if (EVP_DecryptFinal_ex(context, none, &length) != 1) {
    wipe(out);
    return fail(Code::kCorrupt, "the bytes were changed, or belong to another key");
  }
  return out;
}

}  // namespace kinode::crypto
