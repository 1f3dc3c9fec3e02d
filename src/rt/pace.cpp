#include "rt/pace.h"

#include <algorithm>

namespace kinode::rt {

constexpr Nanos Pace::kSlack = std::chrono::milliseconds(5);
constexpr Nanos Pace::kRestMax = std::chrono::milliseconds(200);

void Pace::bill(Instant begun, Nanos used) {
  const std::int64_t at =
      std::min(begun.time_since_epoch().count(), running_since_.load(std::memory_order_relaxed));
  const std::int64_t from = at - own_.load(std::memory_order_relaxed);
  std::int64_t seen = paid_until_.load(std::memory_order_relaxed);
  std::int64_t next = 0;
  do {
    next = std::min(std::max(seen, from) + used.count(), std::max(seen, from + kRestMax.count()));
  } while (!paid_until_.compare_exchange_weak(seen, next, std::memory_order_relaxed));
}

std::optional<Instant> Pace::rest_until(Instant now) const {
  const std::int64_t at =
      std::min(now.time_since_epoch().count(), running_since_.load(std::memory_order_relaxed));
  const Nanos ahead(paid_until_.load(std::memory_order_relaxed) + own_.load() - at);
  if (ahead <= kSlack) return std::nullopt;
  return now + ahead;
}

}  // namespace kinode::rt
