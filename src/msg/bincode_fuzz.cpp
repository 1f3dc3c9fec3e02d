// Stored process records: damaged bytes are refused, accepted ones survive a round trip.
#include <cstdint>

#include "base/assert.h"
#include "msg/bincode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  if (const auto map = msg::decode_process_map(input)) {
    const auto again = msg::decode_process_map(msg::encode_process_map(*map));
    KINODE_ASSERT(again && *again == *map);
  }
  if (const auto row = msg::decode_persisted_process(input)) {
    const auto again = msg::decode_persisted_process(msg::encode_persisted_process(*row));
    KINODE_ASSERT(again && *again == *row);
  }
  if (const auto on_exit = msg::decode_on_exit_bincode(input)) {
    // A list of requests has one encoding only.
    const ByteVector bytes = msg::encode_on_exit_bincode(*on_exit);
    KINODE_ASSERT(std::equal(bytes.begin(), bytes.end(), data, data + size));
  }
  return 0;
}
