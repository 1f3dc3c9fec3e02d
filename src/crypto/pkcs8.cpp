#include "crypto/pkcs8.h"

#include <algorithm>

namespace kinode::crypto {

namespace {

struct Form {
  std::array<std::uint8_t, 16> head;     // up to the seed
  std::span<const std::uint8_t> middle;  // between seed and public key
  bool has_public_key;

  std::size_t size() const {
    return head.size() + KeyPair::kSeedBytes + middle.size() + (has_public_key ? 32 : 0);
  }
};

constexpr std::uint8_t kMiddle83[] = {0x81, 0x21, 0x00};
constexpr std::uint8_t kMiddle85[] = {0xa1, 0x23, 0x03, 0x21, 0x00};

// SEQUENCE of a size, INTEGER version, SEQUENCE of OID 1.3.101.112, OCTET STRING in OCTET STRING.
constexpr Form form(std::uint8_t size, std::uint8_t version, std::span<const std::uint8_t> middle) {
  return {{0x30, size, 0x02, 0x01, version, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22,
           0x04, 0x20},
          middle,
          !middle.empty()};
}

constexpr Form kForms[] = {form(0x51, 1, kMiddle83), form(0x53, 1, kMiddle85), form(0x2e, 0, {})};

}  // namespace

SecretBytes encode_pkcs8(const KeyPair& key) {
  const Form& form = kForms[0];
  SecretBytes out(form.size());
  auto at = std::ranges::copy(form.head, out.writable().begin()).out;
  at = std::ranges::copy(key.seed(), at).out;
  at = std::ranges::copy(form.middle, at).out;
  std::ranges::copy(key.public_key(), at);
  return out;
}

Result<KeyPair> decode_pkcs8(ByteView document) {
  for (const Form& form : kForms) {
    if (document.size() != form.size()) continue;
    const ByteView after_seed = document.subspan(form.head.size() + KeyPair::kSeedBytes);
    if (!std::ranges::equal(document.first(form.head.size()), form.head) ||
        !std::ranges::equal(after_seed.first(form.middle.size()), form.middle)) {
      break;
    }
    KeyPair key =
        KeyPair::from_seed(document.subspan(form.head.size()).first<KeyPair::kSeedBytes>());
    if (form.has_public_key &&
        !std::ranges::equal(after_seed.subspan(form.middle.size()), key.public_key())) {
      return fail(Code::kCorrupt, "the public key does not belong to the private key");
    }
    return key;
  }
  return fail(Code::kCorrupt, "this is not a PKCS#8 document of an Ed25519 key");
}

}  // namespace kinode::crypto
