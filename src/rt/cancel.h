// Cancellation: one source, any number of tokens that can be asked or listened to.
#pragma once

#include <memory>
#include <vector>

#include "rt/executor.h"
#include "rt/mutex.h"

namespace kinode::rt {

/// Shared by the one who may cancel and those who must notice. Thread: any.
class CancelSource {
 public:
  bool cancelled() const {
    Lock lock(mutex_);
    return cancelled_;
  }

  /// Runs `callback` once: at cancel, on that thread, or here when that has happened.
  void on_cancel(Work callback) {
    {
      Lock lock(mutex_);
      if (!cancelled_) {
        callbacks_.push_back(std::move(callback));
        return;
      }
    }
    callback();
  }

  void cancel() {
    std::vector<Work> callbacks;
    {
      Lock lock(mutex_);
      if (cancelled_) return;
      cancelled_ = true;
      callbacks.swap(callbacks_);
    }
    for (auto& callback : callbacks) callback();
  }

 private:
  mutable Mutex mutex_;
  bool cancelled_ __attribute__((guarded_by(mutex_))) = false;
  std::vector<Work> callbacks_ __attribute__((guarded_by(mutex_)));
};

using CancelToken = std::shared_ptr<CancelSource>;

}  // namespace kinode::rt
