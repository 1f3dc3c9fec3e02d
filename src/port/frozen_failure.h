// Why what stood at the instant cannot be shown any more.
#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "base/error.h"
#include "rt/mutex.h"

namespace kinode::port {

/// Of one frozen part. A change is never held up because what was before it cannot be kept: that is
/// noted here, and the backup fails with it. Thread: any.
class FrozenFailure {
 public:
  /// The first counts.
  void note(Error error) {
    rt::Lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    happened_.store(true);
  }

  /// One load: what changes something need not keep anything more then.
  bool happened() const { return happened_.load(); }

  Status status() const {
    rt::Lock lock(mutex_);
    if (error_) return std::unexpected(*error_);
    return {};
  }

 private:
  std::atomic<bool> happened_{false};
  mutable rt::Mutex mutex_;
  std::optional<Error> error_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::port
