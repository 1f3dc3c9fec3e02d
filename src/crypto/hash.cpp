#include "crypto/hash.h"

#include <algorithm>
#include <crypto++/keccak.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "base/assert.h"

namespace kinode::crypto {

Hash sha256(ByteView bytes) {
  Hash out;
  crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
  return out;
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  KINODE_ASSERT(context_ != nullptr);
  KINODE_ASSERT(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

void Sha256::add(ByteView part) {
  KINODE_ASSERT(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
}

Hash Sha256::finish() {
  Hash out;
  unsigned size = 0;
  KINODE_ASSERT(EVP_DigestFinal_ex(context_.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

Hash keccak256(ByteView bytes) {
  Hash out;
  CryptoPP::Keccak_256 keccak;
  if (!bytes.empty()) keccak.Update(bytes.data(), bytes.size());
  keccak.Final(out.data());
  return out;
}

Hash namehash(std::string_view name) {
  Hash node{};
  if (name.empty()) return node;
  for (std::string_view rest = name;;) {
    const std::size_t dot = rest.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
    std::array<std::uint8_t, 64> pair;
    std::ranges::copy(node, pair.begin());
    std::ranges::copy(keccak256(as_bytes(label)), pair.begin() + 32);
    node = keccak256(pair);
    if (dot == std::string_view::npos) return node;
    rest = rest.substr(0, dot);
  }
}

}  // namespace kinode::crypto
