// Something that runs in slices, never twice at the same time, on whatever worker is free.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>

#include "base/clock.h"
#include "rt/pace.h"

namespace kinode::rt {

/// What a slice says about the next one.
enum class Slice : std::uint8_t {
  kWaiting,  // run again when somebody schedules
  kMore,     // run again soon, behind those that are ready now
};

class ReadyQueue;

/// Where an actor stands among others in the processor time it has had, by weight.
struct VirtualTime {
  static constexpr std::int64_t kNew = std::numeric_limits<std::int64_t>::min();
  std::int64_t had_ns = kNew;
  // Each queue has a clock of its own: the one that had_ns counts with, and what it showed when the
  // actor was taken out. Never dereferenced.
  const ReadyQueue* queue = nullptr;
  std::int64_t clock_ns = 0;
};

/// A process, a module, a strand. Owned by shared_ptr; the executor keeps it alive while it is
/// queued or running.
class Actor : public std::enable_shared_from_this<Actor> {
 public:
  virtual ~Actor() = default;

  /// One slice of work: until there is nothing to do, or about limits::kGuestSlice has passed.
  /// Never overlaps with itself; successive slices may run on different threads and see each
  /// other's effects.
  virtual Slice run_slice() noexcept = 0;

  /// Told after each slice when it began and how long it took.
  virtual void account(Instant, Nanos) noexcept {}

  /// Others have worked `used` for this actor, from `begun` on: that counts like a slice of its own
  /// against those who want the processor (billed with its next slice), and may make it rest.
  /// Thread: any.
  void bill(Instant begun, Nanos used) {
    pace_.bill(begun, used);
    billed_ns_.fetch_add(used.count(), std::memory_order_relaxed);
    paced_.store(true, std::memory_order_relaxed);
  }

  /// Its share of the processor beside others that are busy; at least 1. Takes effect with the next
  /// slice. Thread: any.
  void set_weight(std::uint32_t weight) { weight_.store(weight, std::memory_order_relaxed); }
  static constexpr std::uint32_t kWeightDefault = 100;

 protected:
  /// Until when the actor should do nothing, because it has others work beside it and uses more
  /// than one processor. Costs nothing for who is never billed. In its own slice.
  std::optional<Instant> rest_until(Instant now) const {
    return is_paced() ? pace_.rest_until(now) : std::nullopt;
  }

  /// Whether it was ever billed.
  bool is_paced() const { return paced_.load(std::memory_order_relaxed); }

 private:
  friend class ActorState;
  std::atomic<std::uint8_t> state_{0};
  std::atomic<std::uint32_t> weight_{kWeightDefault};
  // Belongs to whoever has queued the actor or runs it.
  VirtualTime virtual_;
  Pace pace_;
  std::atomic<std::int64_t> billed_ns_{0};  // since the last slice
  std::atomic<bool> paced_{false};          // has been billed at all
};

/// The four states of an actor and the legal steps between them; used by executors only.
class ActorState {
 public:
  /// True: the caller must queue the actor. False: it is queued, or will be when its slice ends.
  static bool notify(Actor& actor) {
    std::uint8_t seen = actor.state_.load(std::memory_order_relaxed);
    for (;;) {
      if (seen == kQueued || seen == kRunningNotified) return false;
      const std::uint8_t next = seen == kIdle ? kQueued : kRunningNotified;
      if (actor.state_.compare_exchange_weak(seen, next, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) {
        return seen == kIdle;
      }
    }
  }

  static VirtualTime& virtual_time(Actor& actor) { return actor.virtual_; }

  /// Processor time as it counts for this actor.
  static std::int64_t weighted(const Actor& actor, std::int64_t ns) {
    return ns * Actor::kWeightDefault / actor.weight_.load(std::memory_order_relaxed);
  }

  /// Between begin and end: the slice took this long.
  static void charge(Actor& actor, Nanos used) {
    std::int64_t all = used.count();
    actor.pace_.end(used);
    if (actor.billed_ns_.load(std::memory_order_relaxed) != 0) {
      all += actor.billed_ns_.exchange(0, std::memory_order_relaxed);
    }
    actor.virtual_.had_ns += weighted(actor, all);
  }

  static void begin(Actor& actor, Instant now) {
    actor.state_.store(kRunning, std::memory_order_seq_cst);
    actor.pace_.begin(now);
  }

  /// After a slice. True: the caller must queue the actor again.
  static bool end(Actor& actor, Slice slice) {
    if (slice == Slice::kWaiting) {
      std::uint8_t seen = kRunning;
      if (actor.state_.compare_exchange_strong(seen, kIdle, std::memory_order_acq_rel,
                                               std::memory_order_relaxed)) {
        return false;
      }
    }
    actor.state_.store(kQueued, std::memory_order_release);
    return true;
  }

 private:
  static constexpr std::uint8_t kIdle = 0;
  static constexpr std::uint8_t kQueued = 1;
  static constexpr std::uint8_t kRunning = 2;
  static constexpr std::uint8_t kRunningNotified = 3;
};

}  // namespace kinode::rt
