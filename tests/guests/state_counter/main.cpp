// For each request: adds one to the counter in its state, saves the state, and only then answers
// with the counter. An answer that was seen must never be taken back by a crash.
#include <kinode/json.h>

using namespace kinode;

static void init(const Address&) {
  uint64_t count = json_state<uint64_t>().value_or(0);
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    set_json_state(++count);
    respond(to_json(count));
  }
}
KINODE_PROCESS(init)
