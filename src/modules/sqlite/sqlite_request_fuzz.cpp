// What programs ask the SQL module: refused with a reason, or the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/sqlite/sqlite_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto request = sqlite::decode_sqlite_request({data, size});
  if (!request) {
    KINODE_ASSERT(!request.error().detail.empty());
    return 0;
  }
  const auto again =
      sqlite::decode_sqlite_request(as_bytes(sqlite::encode_sqlite_request(*request)));
  KINODE_ASSERT(again && *again == *request);
  return 0;
}
