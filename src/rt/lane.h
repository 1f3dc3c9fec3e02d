// A bounded queue whose content is worked off by one at a time: the state behind it (a database, a
// file) needs no lock, because only the owner of the lane touches it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "rt/mutex.h"

namespace kinode::rt {

/// Thread: any; what says "owner" is for whoever was given the lane, until it has given it back.
template <class Job>
class Lane {
 public:
  struct Bounds {
    std::size_t count_max;
    std::size_t bytes_max;
  };

  enum class Pushed : std::uint8_t {
    kFull,    // nothing was queued
    kQueued,  // the present owner will find it
    kStart,  // nobody works here: the caller owns the lane now and sees to it that it is worked off
  };

  explicit Lane(Bounds bounds) : bounds_(bounds) {}

  Pushed push(Job job, std::size_t bytes) {
    Lock lock(mutex_);
    // Whatever its size, something fits an empty queue.
    const bool fits = waiting_.size() < bounds_.count_max && bytes_ + bytes <= bounds_.bytes_max;
    if (!fits && !waiting_.empty()) return Pushed::kFull;
    return put(std::move(job), bytes);
  }

  /// For the few jobs of one's own that bounds must not lose.
  Pushed push_always(Job job) {
    Lock lock(mutex_);
    return put(std::move(job), 0);
  }

  /// Becomes the owner when nobody is and nothing waits.
  bool try_own() {
    Lock lock(mutex_);
    if (owned_ || !waiting_.empty()) return false;
    return owned_ = true;
  }

  /// Owner: the next jobs in order, at least one if there is one.
  std::vector<Job> take(std::size_t count_max, std::size_t bytes_max) {
    std::vector<Job> out;
    Lock lock(mutex_);
    std::size_t bytes = 0;
    while (!waiting_.empty() && out.size() < count_max) {
      auto& [job, size] = waiting_.front();
      if (!out.empty() && bytes + size > bytes_max) break;
      bytes += size;
      bytes_ -= size;
      out.push_back(std::move(job));
      waiting_.pop_front();
    }
    return out;
  }

  /// Owner: gives the lane back. False: something waits, and the caller still owns it.
  [[nodiscard]] bool release() {
    Lock lock(mutex_);
    if (!waiting_.empty()) return false;
    owned_ = false;
    return true;
  }

  bool idle() const {
    Lock lock(mutex_);
    return !owned_;
  }

 private:
  Pushed put(Job job, std::size_t bytes) __attribute__((requires_capability(mutex_))) {
    waiting_.emplace_back(std::move(job), bytes);
    bytes_ += bytes;
    if (owned_) return Pushed::kQueued;
    owned_ = true;
    return Pushed::kStart;
  }

  const Bounds bounds_;
  mutable Mutex mutex_;
  std::deque<std::pair<Job, std::size_t>> waiting_ __attribute__((guarded_by(mutex_)));
  std::size_t bytes_ __attribute__((guarded_by(mutex_))) = 0;
  bool owned_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::rt
