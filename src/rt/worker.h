// One worker thread of the ThreadExecutor.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <thread>

#include "rt/actor.h"
#include "rt/mutex.h"
#include "rt/ready_queue.h"

namespace kinode::rt {

class ThreadExecutor;

class Worker {
 public:
  Worker(ThreadExecutor& owner, std::size_t index);

  void start();
  void request_stop();
  void join();

  /// Any thread. Returns the queue's length with it.
  std::size_t push(std::shared_ptr<Actor> actor);
  std::shared_ptr<Actor> pop();

  /// For thieves: the actor that would run next, if more than `leave` are queued.
  std::shared_ptr<Actor> give_away(std::size_t leave);

  /// Any thread: ends the worker's sleep, if it sleeps.
  void wake();

  bool sleeping() const { return sleeping_.load(std::memory_order_seq_cst); }
  std::size_t queued() const { return queued_.load(std::memory_order_relaxed); }
  boost::asio::io_context& io() { return io_; }
  boost::asio::steady_timer& timer() { return timer_; }
  std::size_t index() const { return index_; }

  /// The worker of the calling thread, if it is one of `owner`.
  static Worker* current(const ThreadExecutor& owner);

 private:
  void run();
  void run_actor(const std::shared_ptr<Actor>& actor, Instant& now);
  void sleep();

  ThreadExecutor& owner_;
  const std::size_t index_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer timer_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> sleeping_{false};
  std::atomic<std::size_t> queued_{0};
  Mutex mutex_;
  ReadyQueue ready_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::rt
