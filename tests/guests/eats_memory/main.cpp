// Grows its memory by 1 MiB at a time and writes to every page of it. When it gets no more, it
// keeps what it has and waits for messages.
#include <kinode/process.h>
#include <tuple>

using namespace kinode;

static void init(const Address&) {
  constexpr size_t kPage = 65536;
  constexpr size_t kPagesPerStep = 16;
  for (;;) {
    const size_t had = __builtin_wasm_memory_grow(0, kPagesPerStep);
    if (had == SIZE_MAX) break;
    auto* grown = reinterpret_cast<volatile char*>(had * kPage);
    for (size_t at = 0; at < kPagesPerStep * kPage; at += 4096) grown[at] = 1;
  }
  for (;;) std::ignore = receive();
}
KINODE_PROCESS(init)
