// What programs ask the key-value store: refused with a reason, or the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/kv/kv_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto request = kv::decode_kv_request({data, size});
  if (!request) {
    KINODE_ASSERT(!request.error().detail.empty());
    return 0;
  }
  const auto again = kv::decode_kv_request(as_bytes(kv::encode_kv_request(*request)));
  KINODE_ASSERT(again && *again == *request);
  return 0;
}
