// When a process that restarts itself may run again (kernel.md 3.8, the healthy-duration
// algorithm).
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "base/limits.h"

namespace kinode::kernel {

/// Pure: exit history in, delay out. One per process, kept while the node runs.
class RestartPolicy {
 public:
  /// A process that ran for `uptime` has ended; how long to wait before it starts again.
  /// One that stayed up for five back-offs (at most 3,000 s) counts as healthy and restarts at
  /// once.
  Nanos after_exit(Nanos uptime);

  std::uint32_t attempts() const { return attempts_; }

 private:
  std::uint32_t attempts_ = 0;
  Nanos backoff_ = limits::kRestartBackoffBase;
};

}  // namespace kinode::kernel
