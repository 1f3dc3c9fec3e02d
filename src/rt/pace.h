// Keeps whoever has others work for it at one processor in all.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

#include "base/clock.h"

namespace kinode::rt {

/// What others do for an actor (a blocking pool, a terminal, the start of a child), as a leaky
/// bucket that empties while the actor does nothing itself. So work that the actor waits for costs
/// no rest, and what runs beside it does. Thread: begin and end from whoever runs the actor, bill
/// from any.
class Pace {
 public:
  /// How far others may run ahead before a rest: more than any honest burst of printouts.
  static const Nanos kSlack;

  /// The longest rest that is held against anybody, so that one large job (a first compilation)
  /// does not make its owner deaf.
  static const Nanos kRestMax;

  /// A slice of the actor's own.
  void begin(Instant now) {
    running_since_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void end(Nanos used) {
    own_.store(own_.load(std::memory_order_relaxed) + used.count(), std::memory_order_relaxed);
    running_since_.store(kNotRunning, std::memory_order_relaxed);
  }

  /// Somebody has worked `used` for the actor, from `begun` on, which is not in the future.
  void bill(Instant begun, Nanos used);

  /// When the actor may go on, if it is so far ahead that it must rest. In its own slice.
  std::optional<Instant> rest_until(Instant now) const;

 private:
  static constexpr std::int64_t kNotRunning = std::numeric_limits<std::int64_t>::max();

  // In nanoseconds on the steady clock, own_ a sum. Times without what the actor ran itself are
  // those on its idle clock, which stands still in its slices.
  std::atomic<std::int64_t> running_since_{kNotRunning};
  std::atomic<std::int64_t> own_{0};
  std::atomic<std::int64_t> paid_until_{0};  // on the idle clock
};

}  // namespace kinode::rt
