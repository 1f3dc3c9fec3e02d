// A disk that breaks at one of its steps: what all simulated disks share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>

namespace kinode::support {

/// What happens at the step that was chosen, and at all later ones until heal().
enum class DiskFault : std::uint8_t { kEnd, kFull, kReadOnly };

/// Counts what changes the disk. Thread: any.
class BreakingDisk {
 public:
  /// From the n-th step on, counted from 1, nothing works.
  void break_at(std::size_t step, DiskFault fault) {
    const std::lock_guard lock(mutex_);
    break_at_ = step;
    fault_ = fault;
  }
  void heal() { break_at(std::numeric_limits<std::size_t>::max(), DiskFault::kEnd); }
  bool broke() const {
    const std::lock_guard lock(mutex_);
    return steps_ >= break_at_;
  }

  enum class Needs : std::uint8_t { kRoom, kNoRoom };

  /// Before each change: what happens instead of it, if anything. A full disk does what needs no
  /// room.
  std::optional<DiskFault> step(Needs needs = Needs::kRoom) {
    const std::lock_guard lock(mutex_);
    if (++steps_ < break_at_) return std::nullopt;
    if (fault_ == DiskFault::kFull && needs == Needs::kNoRoom) return std::nullopt;
    return fault_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t steps_ = 0;
  std::size_t break_at_ = std::numeric_limits<std::size_t>::max();
  DiskFault fault_ = DiskFault::kEnd;
};

}  // namespace kinode::support
