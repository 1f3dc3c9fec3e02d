#include "rt/thread_executor.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <sched.h>

#include "base/assert.h"
#include "rt/ticker.h"
#include "rt/worker.h"

namespace kinode::rt {

std::size_t usable_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
}

class ThreadExecutor::Ticker final : public rt::Ticker {
  using rt::Ticker::Ticker;
};

ThreadExecutor::ThreadExecutor(const Clock& clock, ThreadExecutorOptions options)
    : clock_(clock),
      options_(std::move(options)),
      timers_(clock, [this] { rearm_timers(); }),
      pool_(clock, options_.blocking_threads_max) {
  const std::size_t count = options_.workers > 0 ? options_.workers : usable_processors();
  for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>(*this, i));
}

ThreadExecutor::~ThreadExecutor() { stop(); }

void ThreadExecutor::start() {
  KINODE_ASSERT(!running_);
  running_ = true;
  ticker_ = std::make_unique<Ticker>(
      [this] { return idle_workers_.load(std::memory_order_seq_cst) < workers_.size(); },
      [this] {
        if (options_.tick) options_.tick();
        // Whoever has waited a whole beat gets a worker that is free.
        for (const auto& worker : workers_) {
          if (worker->queued() > 0) wake_idle_worker(worker.get());
        }
      });
  for (const auto& worker : workers_) worker->start();
}

void ThreadExecutor::stop() {
  if (!running_) return;
  running_ = false;
  pool_.stop();
  for (const auto& worker : workers_) worker->request_stop();
  for (const auto& worker : workers_) worker->join();
  ticker_.reset();  // not before: a last slice may still nudge it
  for (const auto& worker : workers_) {
    while (worker->pop()) {
    }
  }
}

boost::asio::io_context& ThreadExecutor::io(std::size_t worker) { return workers_[worker]->io(); }

void ThreadExecutor::schedule(Actor& actor) {
  if (!ActorState::notify(actor)) return;
  if (Worker* here = Worker::current(*this)) {
    const std::size_t length = here->push(actor.shared_from_this());
    // One waiting actor is taken up when the present slice ends; more are worth waking somebody
    // for.
    if (length > 1 && idle_workers_.load(std::memory_order_relaxed) > 0) wake_idle_worker(here);
    ticker_->nudge();
    return;
  }
  Worker* chosen = nullptr;
  for (const auto& worker : workers_) {
    if (worker->sleeping()) chosen = worker.get();
  }
  if (chosen == nullptr) {
    chosen = workers_[next_worker_.fetch_add(1, std::memory_order_relaxed) % workers_.size()].get();
  }
  chosen->push(actor.shared_from_this());
  chosen->wake();
  if (ticker_) ticker_->nudge();
}

void ThreadExecutor::post(Work work) {
  Worker* worker = Worker::current(*this);
  if (worker == nullptr) {
    worker = workers_[next_worker_.fetch_add(1, std::memory_order_relaxed) % workers_.size()].get();
  }
  boost::asio::post(worker->io(), [work = std::move(work)]() mutable { work(); });
}

void ThreadExecutor::wake_idle_worker(const Worker* except) {
  for (const auto& worker : workers_) {
    if (worker.get() != except && worker->sleeping()) {
      worker->wake();
      return;
    }
  }
}

std::shared_ptr<Actor> ThreadExecutor::steal(const Worker& thief) {
  for (std::size_t i = 1; i < workers_.size(); ++i) {
    auto& victim = *workers_[(thief.index() + i) % workers_.size()];
    if (auto actor = victim.give_away(0)) return actor;
  }
  return nullptr;
}

void ThreadExecutor::rearm_timers() {
  boost::asio::post(workers_[0]->io(), [this] { fire_timers(); });
}

void ThreadExecutor::fire_timers() {
  for (auto& work : timers_.take_due(clock_.now())) work();
  const auto next = timers_.next();
  if (!next) return;
  auto& timer = workers_[0]->timer();
  timer.expires_at(*next);
  timer.async_wait([this](const boost::system::error_code& error) {
    if (!error) fire_timers();
  });
}

}  // namespace kinode::rt
