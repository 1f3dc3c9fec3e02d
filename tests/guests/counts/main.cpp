// Counts the messages that it receives, and answers each request that expects an answer with the
// count so far, that request included.
#include <kinode/process.h>

using namespace kinode;

static void init(const Address&) {
  uint64_t count = 0;
  for (;;) {
    const auto message = receive();
    if (!message) continue;
    ++count;
    if (message->expects_response()) respond(std::to_string(count));
  }
}
KINODE_PROCESS(init)
