// What the node's own threads do for a process where nobody measures it: prices in processor time.
#pragma once

#include <cstddef>

#include "base/clock.h"

namespace kinode::kernel {

/// Formatting, showing and logging one line on the terminal's two threads.
constexpr Nanos price_of_print(std::size_t bytes) {
  return Nanos(3'000) + Nanos(static_cast<Nanos::rep>(bytes));
}

/// What the store does with a state after it was written: flushing and compacting.
constexpr Nanos price_of_state(std::size_t bytes) {
  return Nanos(static_cast<Nanos::rep>(bytes / 2));
}

}  // namespace kinode::kernel
