#include "rt/wheel_timers.h"

namespace kinode::rt {

TimerId WheelTimers::call_at(Instant when, Work callback) {
  TimerId id;
  bool earlier = false;
  {
    Lock lock(mutex_);
    id = wheel_.add(when, std::move(callback));
    if (!watched_ || when < *watched_) {
      watched_ = when;
      earlier = true;
    }
  }
  if (earlier) rearm_();
  return id;
}

bool WheelTimers::cancel(TimerId id) {
  std::optional<Work> dropped;  // destroyed after the lock: it may own anything
  Lock lock(mutex_);
  dropped = wheel_.remove(id);
  return dropped.has_value();
}

std::vector<Work> WheelTimers::take_due(Instant now) {
  Lock lock(mutex_);
  auto due = wheel_.expire(now);
  watched_ = wheel_.next();
  return due;
}

std::optional<Instant> WheelTimers::next() const {
  Lock lock(mutex_);
  return wheel_.next();
}

}  // namespace kinode::rt
