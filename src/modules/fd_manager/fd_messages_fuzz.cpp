// What programs tell the descriptor manager: refused with a reason, or the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/fd_manager/fd_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto action = fd_manager::decode_fd_action({data, size});
  if (!action) {
    KINODE_ASSERT(!action.error().detail.empty());
    return 0;
  }
  const auto again = fd_manager::decode_fd_action(as_bytes(fd_manager::encode_fd_action(*action)));
  KINODE_ASSERT(again && *again == *action);
  return 0;
}
