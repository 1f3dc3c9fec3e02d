// Messages as JSON: what is read, written and read again must stay the same.
#include <cstdint>

#include "base/assert.h"
#include "msg/identity.h"
#include "msg/json_kernel.h"
#include "msg/json_state.h"
#include "msg/json_writer.h"

namespace {

using namespace kinode;
using namespace kinode::msg;

template <class T>
void round_trip(ByteView input) {
  const auto value = decode_json<T>(input, "fuzz");
  if (!value) {
    KINODE_ASSERT(!value.error().detail.empty());
    return;
  }
  std::string text;
  write_json(text, *value);
  const auto again = decode_json<T>(as_bytes(text), "fuzz");
  KINODE_ASSERT(again);
  std::string text_again;
  write_json(text_again, *again);
  KINODE_ASSERT(text == text_again);
}

/// The canonical text is a fixed point, and it is JSON.
void canonical_is_stable(ByteView input) {
  const auto value = Json::parse(input);
  if (!value) return;
  const std::string text = value->canonical();
  const auto again = Json::parse(text);
  KINODE_ASSERT(again);
  KINODE_ASSERT(again->canonical() == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  canonical_is_stable(input);
  round_trip<Envelope>(input);
  round_trip<SendError>(input);
  round_trip<OnExit>(input);
  round_trip<PersistedProcess>(input);
  round_trip<Identity>(input);
  round_trip<KnsUpdate>(input);
  if (const auto command = decode_kernel_command(input)) {
    const std::string text = encode_kernel_command(*command);
    const auto again = decode_kernel_command(as_bytes(text));
    KINODE_ASSERT(again && encode_kernel_command(*again) == text);
  }
  if (const auto answer = decode_kernel_answer(input)) {
    const std::string text = encode_kernel_answer(*answer);
    const auto again = decode_kernel_answer(as_bytes(text));
    KINODE_ASSERT(again && encode_kernel_answer(*again) == text);
  }
  if (const auto action = decode_state_action(input)) {
    const std::string text = encode_state_action(*action);
    const auto again = decode_state_action(as_bytes(text));
    KINODE_ASSERT(again && encode_state_action(*again) == text);
  }
  if (const auto response = decode_state_response(input)) {
    const std::string text =
        std::visit([](const auto& r) { return encode_state_response(r); }, *response);
    const auto again = decode_state_response(as_bytes(text));
    KINODE_ASSERT(again && *again == *response);
  }
  if (const auto action = decode_timer_action(input)) {
    const auto again = decode_timer_action(as_bytes(encode_timer_action(*action)));
    KINODE_ASSERT(again && *again == *action);
  }
  return 0;
}
