#include "rt/worker.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "rt/thread_executor.h"

namespace kinode::rt {

namespace {

// Looking at the event loop costs a system call, so short slices share one look; a socket waits at
// most this long for it.
constexpr Nanos kIoInterval = std::chrono::microseconds(50);

thread_local Worker* t_worker = nullptr;
thread_local const ThreadExecutor* t_owner = nullptr;

}  // namespace

Worker::Worker(ThreadExecutor& owner, std::size_t index)
    : owner_(owner), index_(index), guard_(io_.get_executor()), timer_(io_) {}

Worker* Worker::current(const ThreadExecutor& owner) {
  return t_owner == &owner ? t_worker : nullptr;
}

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::request_stop() {
  stopping_.store(true, std::memory_order_seq_cst);
  boost::asio::post(io_, [] {});
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

std::size_t Worker::push(std::shared_ptr<Actor> actor) {
  Lock lock(mutex_);
  ready_.push(std::move(actor));
  const std::size_t length = ready_.size();
  queued_.store(length, std::memory_order_seq_cst);
  return length;
}

std::shared_ptr<Actor> Worker::pop() {
  Lock lock(mutex_);
  auto actor = ready_.pop();
  if (!actor) return nullptr;
  queued_.store(ready_.size(), std::memory_order_relaxed);
  return actor;
}

std::shared_ptr<Actor> Worker::give_away(std::size_t leave) {
  if (queued_.load(std::memory_order_relaxed) <= leave) return nullptr;
  Lock lock(mutex_);
  if (ready_.size() <= leave) return nullptr;
  auto actor = ready_.pop();
  queued_.store(ready_.size(), std::memory_order_relaxed);
  return actor;
}

void Worker::wake() {
  if (sleeping_.exchange(false, std::memory_order_seq_cst)) {
    owner_.idle_workers_.fetch_sub(1, std::memory_order_seq_cst);
    boost::asio::post(io_, [] {});
  }
}

void Worker::run_actor(const std::shared_ptr<Actor>& actor, Instant& now) {
  ActorState::begin(*actor, now);
  const Slice slice = actor->run_slice();
  const Instant end = owner_.clock_.now();
  actor->account(now, end - now);
  ActorState::charge(*actor, end - now);
  now = end;
  if (ActorState::end(*actor, slice)) push(actor);
}

void Worker::run() {
  t_worker = this;
  t_owner = &owner_;
  Instant now = owner_.clock_.now();
  Instant next_io = now;
  while (!stopping_.load(std::memory_order_relaxed)) {
    auto actor = pop();
    if (!actor) {
      // Handlers first: they may make actors ready, and they are this worker's alone.
      const bool handled = io_.poll() > 0;
      actor = pop();
      if (!actor && !handled) actor = owner_.steal(*this);
      if (!actor) {
        if (!handled) sleep();
        now = owner_.clock_.now();
        continue;
      }
      now = owner_.clock_.now();
      next_io = now + kIoInterval;
    }
    run_actor(actor, now);
    if (now >= next_io) {
      io_.poll();
      now = owner_.clock_.now();
      next_io = now + kIoInterval;
    }
  }
  t_worker = nullptr;
  t_owner = nullptr;
}

void Worker::sleep() {
  owner_.idle_workers_.fetch_add(1, std::memory_order_seq_cst);
  sleeping_.store(true, std::memory_order_seq_cst);
  // Who pushed before seeing `sleeping_` is seen here; who pushes later sees it and wakes us.
  if (queued_.load(std::memory_order_seq_cst) == 0 && !stopping_.load(std::memory_order_seq_cst)) {
    io_.run_one();
  }
  if (sleeping_.exchange(false, std::memory_order_seq_cst)) {
    owner_.idle_workers_.fetch_sub(1, std::memory_order_seq_cst);
  }
}

}  // namespace kinode::rt
