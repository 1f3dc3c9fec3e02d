#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace kinode {

void assertion_failed(std::string_view condition, std::string_view file, int line) noexcept {
  std::fprintf(stderr, "kinode: assertion failed: %.*s at %.*s:%d. Please report this.\n",
               static_cast<int>(condition.size()), condition.data(), static_cast<int>(file.size()),
               file.data(), line);
  std::abort();
}

}  // namespace kinode
