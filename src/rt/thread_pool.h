// The blocking pool over real threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <thread>
#include <vector>

#include "rt/executor.h"
#include "rt/key_queue.h"
#include "rt/mutex.h"

namespace kinode::rt {

/// Threads start when first needed and stay. Thread: submit from any.
class ThreadPool final : public BlockingPool {
 public:
  ThreadPool(const Clock& clock, std::size_t threads_max)
      : clock_(clock), threads_max_(threads_max) {}
  ~ThreadPool() override { stop(); }

  using BlockingPool::submit;
  void submit(std::string_view key, Work work, std::weak_ptr<Actor> payer) override;
  Nanos processor_time() const override;

  /// Finishes what was submitted, then joins. Later submissions are dropped. Once, from outside.
  void stop();

 private:
  void run();

  const Clock& clock_;
  const std::size_t threads_max_;
  Mutex mutex_;
  std::condition_variable_any wake_;
  KeyQueue order_ __attribute__((guarded_by(mutex_)));
  std::deque<KeyQueue::Job> ready_ __attribute__((guarded_by(mutex_)));
  std::vector<std::thread> threads_ __attribute__((guarded_by(mutex_)));
  std::size_t idle_ __attribute__((guarded_by(mutex_))) = 0;
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
};

}  // namespace kinode::rt
