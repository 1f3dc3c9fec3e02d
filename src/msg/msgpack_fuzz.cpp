// Messages from peers: no input may hurt, and what is accepted survives a round trip in both byte
// forms.
#include <cstdint>

#include "base/assert.h"
#include "msg/msgpack.h"

namespace {

using namespace kinode;
using namespace kinode::msg;

void envelope(ByteView input) {
  const auto value = decode_msgpack_envelope(input);
  if (!value) return;
  KINODE_ASSERT(value->source && value->target);
  for (const BytesForm form : {BytesForm::kIntegers, BytesForm::kBin}) {
    const auto bytes = encode_msgpack(*value, form);
    KINODE_ASSERT(bytes);
    const auto again = decode_msgpack_envelope(*bytes);
    KINODE_ASSERT(again && same_message(*again, *value));
  }
  static_cast<void>(describe(*value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  envelope(input);
  if (const auto cap = decode_msgpack_capability(input)) {
    const auto again = decode_msgpack_capability(encode_msgpack(*cap));
    KINODE_ASSERT(again && again->params() == cap->params() && *again == *cap);
  }
  if (const auto on_exit = decode_msgpack_on_exit(input)) {
    const auto again = decode_msgpack_on_exit(encode_msgpack(*on_exit));
    KINODE_ASSERT(again && *again == *on_exit);
  }
  if (const auto identity = decode_msgpack_identity(input)) {
    const auto again = decode_msgpack_identity(encode_msgpack(*identity));
    KINODE_ASSERT(again && *again == *identity);
  }
  MsgpackReader skipper(input);
  skipper.skip();
  KINODE_ASSERT(skipper.offset() <= size);
  return 0;
}
