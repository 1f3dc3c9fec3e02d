// At the first message, calls exit with the number in its body, 0 if there is none. Linked with
// WASI, so this is wasi:cli/exit.
#include <cstdlib>
#include <kinode/process.h>

using namespace kinode;

static void init(const Address&) {
  const auto message = receive();
  std::exit(message ? std::atoi(std::string(message->body()).c_str()) : 0);
}
KINODE_PROCESS(init)
