// The thread that ends time slices and spreads work, awake only while there is some.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <thread>

#include "rt/mutex.h"

namespace kinode::rt {

/// Calls `beat` once per limits::kGuestSlice. Sleeps after a while in which `busy` said no, until
/// nudged. Thread: nudge from any.
class Ticker {
 public:
  Ticker(std::function<bool()> busy, std::function<void()> beat);
  ~Ticker();

  /// Says that work has begun. One relaxed load when the ticker is awake.
  void nudge() {
    if (asleep_.load(std::memory_order_seq_cst)) wake();
  }

 private:
  void run();
  void wake();

  const std::function<bool()> busy_;
  const std::function<void()> beat_;
  std::atomic<bool> asleep_{false};
  Mutex mutex_;
  std::condition_variable_any signal_;
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
  std::thread thread_;
};

}  // namespace kinode::rt
