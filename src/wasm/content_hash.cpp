#include "wasm/content_hash.h"

#include <array>
#include <memory>
#include <openssl/evp.h>

#include "base/assert.h"

namespace kinode::wasm {

std::string content_hash(std::initializer_list<ByteView> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(),
                                                                     &EVP_MD_CTX_free);
  KINODE_ASSERT(hash && EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) == 1);
  for (const auto part : parts) {
    const std::uint64_t size = part.size();
    EVP_DigestUpdate(hash.get(), &size, sizeof size);
    EVP_DigestUpdate(hash.get(), part.data(), part.size());
  }
  std::array<std::uint8_t, 32> digest{};
  EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr);
  return hex_encode(digest);
}

}  // namespace kinode::wasm
