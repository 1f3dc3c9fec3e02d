// Sets its on-exit to restart, and counts in its state how often it has started. A request with
// body "trap" ends it by a trap, "exit" by a return from init; every other request is answered with
// the number of starts.
#include <kinode/json.h>

using namespace kinode;

static void init(const Address&) {
  OnExit::restart().set();
  const uint64_t starts = json_state<uint64_t>().value_or(0) + 1;
  set_json_state(starts);
  for (;;) {
    const auto message = receive();
    if (!message || !message->is_request()) continue;
    if (message->body() == "trap") panic("trap requested");
    if (message->body() == "exit") return;
    respond(to_json(starts));
  }
}
KINODE_PROCESS(init)
