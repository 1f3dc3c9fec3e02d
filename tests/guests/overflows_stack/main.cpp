// Recurses without end at the first message.
#include <kinode/process.h>
#include <tuple>

using namespace kinode;

static int deeper(volatile int* above) {
  volatile int here[16];
  here[0] = *above + 1;
  if (here[0] < 0) return 0;  // never: the stack ends long before the numbers do
  return deeper(here) + here[0];
}

static void init(const Address&) {
  std::ignore = receive();
  volatile int start = 0;
  print(deeper(&start));
}
KINODE_PROCESS(init)
