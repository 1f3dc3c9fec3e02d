// Time comes in through constructors, so that a test can decide what time it is.
#pragma once

#include <chrono>
#include <cstdint>

namespace kinode {

using Nanos = std::chrono::nanoseconds;

/// A point on the steady clock of a `Clock`; only differences mean something.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Nanos>;

/// Thread: safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Never goes back. About 20 ns.
  virtual Instant now() const = 0;

  /// Milliseconds since 1970-01-01 UTC.
  virtual std::int64_t unix_ms() const = 0;
};

/// The machine's clock.
class OsClock final : public Clock {
 public:
  Instant now() const override;
  std::int64_t unix_ms() const override;
};

/// A clock that stands still until told to move. One thread, or guarded by its owner.
class ManualClock final : public Clock {
 public:
  Instant now() const override { return now_; }
  std::int64_t unix_ms() const override;
  void advance(Nanos by) { now_ += by; }

 private:
  // Starts at one hour, so that "a minute ago" is representable.
  Instant now_{std::chrono::hours(1)};
};

}  // namespace kinode
