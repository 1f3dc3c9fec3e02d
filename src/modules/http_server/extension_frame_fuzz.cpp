// What arrives at an extension socket: something else, or the same after a round trip.
#include <cstdint>

#include "base/assert.h"
#include "modules/http_server/extension_frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const auto frame = http_server::decode_extension_frame({data, size});
  if (!frame) return 0;
  const Bytes written = http_server::encode_extension_frame(*frame);
  KINODE_ASSERT(http_server::decode_extension_frame(written.view()) == frame);
  return 0;
}
