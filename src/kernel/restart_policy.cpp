#include "kernel/restart_policy.h"

#include <algorithm>

namespace kinode::kernel {

Nanos RestartPolicy::after_exit(Nanos uptime) {
  const Nanos healthy = std::min<Nanos>(5 * backoff_, limits::kRestartHealthyMax);
  if (attempts_ == 0 || uptime >= healthy) {
    attempts_ = 1;
    backoff_ = limits::kRestartBackoffBase;
    return Nanos{0};
  }
  ++attempts_;
  // 2^(attempts-1) seconds, without shifting further than the cap needs.
  const std::uint32_t doublings = std::min<std::uint32_t>(attempts_ - 1, 20);
  backoff_ = std::clamp<Nanos>(std::chrono::seconds(std::int64_t{1} << doublings) / 2,
                               limits::kRestartBackoffBase, limits::kRestartBackoffMax);
  return backoff_;
}

}  // namespace kinode::kernel
