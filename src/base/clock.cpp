#include "base/clock.h"

namespace kinode {

Instant OsClock::now() const { return std::chrono::steady_clock::now(); }

std::int64_t OsClock::unix_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t ManualClock::unix_ms() const {
  // 2024-01-01 00:00:00 UTC plus what has passed.
  constexpr std::int64_t kEpochMs = 1'704'067'200'000;
  return kEpochMs +
         std::chrono::duration_cast<std::chrono::milliseconds>(now_.time_since_epoch()).count();
}

}  // namespace kinode
