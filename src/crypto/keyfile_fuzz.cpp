// Keyfiles and key documents that come from somewhere else (import, backup).
#include <cstdint>

#include "base/assert.h"
#include "crypto/keyfile.h"
#include "crypto/pkcs8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  if (const auto sealed = crypto::parse_keyfile(input)) {
    const auto again = crypto::parse_keyfile(as_bytes(crypto::write_keyfile(*sealed)));
    KINODE_ASSERT(again && *again == *sealed);
    const crypto::SecretBytes some_key(32);
    KINODE_ASSERT(!crypto::unlock_keyfile(*sealed, some_key));
  } else {
    KINODE_ASSERT(sealed.error().detail == "failed to deserialize keyfile");
  }
  if (const auto key = crypto::decode_pkcs8(input)) {
    KINODE_ASSERT(crypto::decode_pkcs8(crypto::encode_pkcs8(*key).view()).has_value());
  }
  return 0;
}
