// A timer wheel that any thread may arm, driven by whoever owns the waiting.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "rt/executor.h"
#include "rt/mutex.h"
#include "rt/timer_wheel.h"

namespace kinode::rt {

/// Thread: call_at and cancel from any; take_due and next from the driver.
class WheelTimers final : public Timers {
 public:
  /// `rearm` is called, outside the lock, when a new timer is earlier than all before it.
  WheelTimers(const Clock& clock, std::function<void()> rearm)
      : rearm_(std::move(rearm)), wheel_(clock.now()) {}

  TimerId call_at(Instant when, Work callback) override;
  bool cancel(TimerId id) override;

  std::vector<Work> take_due(Instant now);
  std::optional<Instant> next() const;

 private:
  const std::function<void()> rearm_;
  mutable Mutex mutex_;
  TimerWheel wheel_ __attribute__((guarded_by(mutex_)));
  // When the driver will look next; nothing earlier may be armed without telling it.
  std::optional<Instant> watched_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::rt
