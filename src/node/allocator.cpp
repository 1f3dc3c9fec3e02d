#include "node/allocator.h"

#include <malloc.h>

namespace kinode::node {

void tune_allocator() {
  ::mallopt(M_MMAP_THRESHOLD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

}  // namespace kinode::node
