// A hierarchical timing wheel (Varghese and Lauck 1987, scheme 7): arming and cancelling cost the
// same for one timer and for a million.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "rt/executor.h"

namespace kinode::rt {

/// Pure data: it neither reads a clock nor calls anything. One thread, or guarded by its owner.
/// Resolution one millisecond, rounded up: a timer never fires early.
class TimerWheel {
 public:
  explicit TimerWheel(Instant start) : start_(start) {}

  TimerId add(Instant when, Work callback);
  /// The callback, if it had not been taken by `expire` yet.
  std::optional<Work> remove(TimerId id);

  /// Takes out everything due at `now`, earliest first; equal times in order of arming.
  std::vector<Work> expire(Instant now);

  /// When expire should be called next: never later than the earliest timer, and at most one wheel
  /// turn early. None when there are no timers.
  std::optional<Instant> next() const;

  std::size_t size() const { return entries_.size(); }

 private:
  static constexpr int kBits = 6;
  static constexpr std::size_t kSlots = std::size_t{1} << kBits;
  static constexpr int kLevels = 7;  // 64^7 ms is about 139 years

  struct Entry {
    std::uint64_t due;  // tick
    Work callback;
    std::uint8_t level;
    std::uint8_t slot;
  };

  void place(std::uint64_t id, Entry& entry);
  void cascade(int level);
  std::uint64_t tick_of(Instant when) const;
  std::optional<std::uint64_t> next_tick() const;

  Instant start_;
  std::uint64_t now_ = 0;  // tick that was expired last
  std::uint64_t next_id_ = 1;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::array<std::array<std::vector<std::uint64_t>, kSlots>, kLevels> slots_;
  std::array<std::uint64_t, kLevels> occupied_{};  // a bit per slot that may hold timers
};

}  // namespace kinode::rt
