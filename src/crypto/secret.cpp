#include "crypto/secret.h"

#include <algorithm>
#include <sodium.h>

namespace kinode::crypto {

void wipe(std::span<std::uint8_t> bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

SecretBytes SecretBytes::copy(ByteView from) {
  SecretBytes out(from.size());
  std::ranges::copy(from, out.bytes_.begin());
  return out;
}

SecretBytes SecretBytes::random(std::size_t size, Random& random) {
  SecretBytes out(size);
  random.fill(out.bytes_);
  return out;
}

SecretBytes& SecretBytes::operator=(SecretBytes&& from) noexcept {
  if (this != &from) {
    wipe(bytes_);
    bytes_ = std::exchange(from.bytes_, {});
  }
  return *this;
}

bool operator==(const SecretBytes& a, const SecretBytes& b) {
  return a.size() == b.size() &&
         (a.size() == 0 || sodium_memcmp(a.bytes_.data(), b.bytes_.data(), a.size()) == 0);
}

}  // namespace kinode::crypto
