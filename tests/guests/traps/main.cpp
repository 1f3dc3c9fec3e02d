// Traps at the first message: its state before that is what a test looks at.
#include <kinode/process.h>
#include <tuple>

using namespace kinode;

static void init(const Address&) {
  std::ignore = receive();
  __builtin_trap();
}
KINODE_PROCESS(init)
