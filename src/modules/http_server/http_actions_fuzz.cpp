// What programs say to the HTTP server: refused with a reason, or the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/http_server/http_actions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto action = http_server::decode_http_action({data, size});
  if (!action) {
    KINODE_ASSERT(!action.error().detail.empty());
    return 0;
  }
  const auto again =
      http_server::decode_http_action(as_bytes(http_server::encode_http_action(*action)));
  KINODE_ASSERT(again && *again == *action);
  return 0;
}
