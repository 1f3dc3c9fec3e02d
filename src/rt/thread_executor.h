// The executor of a running node: N workers, each with an event loop and a ready queue
// (design 4.4).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "rt/executor.h"
#include "rt/thread_pool.h"
#include "rt/wheel_timers.h"

namespace kinode::rt {

struct ThreadExecutorOptions {
  /// 0: one per processor that this process may use.
  std::size_t workers = 0;
  std::size_t blocking_threads_max = 4;
  /// Called about once per limits::kGuestSlice while any worker runs actors: ends guests' slices.
  std::function<void()> tick;
};

/// Processors that this process may run on.
std::size_t usable_processors();

class Worker;

/// Thread: see Executor. start and stop once each, from the thread that built it.
class ThreadExecutor final : public Executor {
 public:
  ThreadExecutor(const Clock& clock, ThreadExecutorOptions options);
  ~ThreadExecutor() override;

  void start();

  /// Finishes the running slices and blocking jobs, joins all threads; what is queued is dropped.
  void stop();

  void schedule(Actor& actor) override;
  void post(Work work) override;
  Timers& timers() override { return timers_; }
  BlockingPool& blocking() override { return pool_; }
  const Clock& clock() const override { return clock_; }

  /// Event loops for sockets, one per worker. Handlers run on that worker, between slices.
  std::size_t worker_count() const { return workers_.size(); }
  boost::asio::io_context& io(std::size_t worker);

 private:
  friend class Worker;
  class Ticker;

  void rearm_timers();
  void fire_timers();
  void wake_idle_worker(const Worker* except);
  std::shared_ptr<Actor> steal(const Worker& thief);

  const Clock& clock_;
  ThreadExecutorOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::size_t> next_worker_{0};
  std::atomic<std::size_t> idle_workers_{0};
  WheelTimers timers_;
  ThreadPool pool_;
  std::unique_ptr<Ticker> ticker_;
  bool running_ = false;
};

}  // namespace kinode::rt
