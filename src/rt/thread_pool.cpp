#include "rt/thread_pool.h"

#include <ctime>

namespace kinode::rt {

Nanos ThreadPool::processor_time() const {
  timespec at{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
  return std::chrono::seconds(at.tv_sec) + Nanos(at.tv_nsec);
}

void ThreadPool::submit(std::string_view key, Work work, std::weak_ptr<Actor> payer) {
  if (payer.lock()) {
    work = [this, work = std::move(work), payer = std::move(payer)]() mutable {
      const Instant begun = clock_.now();
      const Nanos before = processor_time();
      work();
      if (const auto actor = payer.lock()) actor->bill(begun, processor_time() - before);
    };
  }
  Lock lock(mutex_);
  if (stopping_) return;
  auto job = order_.submit(key, std::move(work));
  if (!job) return;
  ready_.push_back(std::move(*job));
  if (idle_ >= ready_.size()) {
    wake_.notify_one();
  } else if (threads_.size() < threads_max_) {
    threads_.emplace_back([this] { run(); });
  }
}

void ThreadPool::run() {
  mutex_.lock();
  for (;;) {
    while (ready_.empty() && !stopping_) {
      ++idle_;
      wake_.wait(mutex_);
      --idle_;
    }
    if (ready_.empty()) break;
    auto job = std::move(ready_.front());
    ready_.pop_front();
    mutex_.unlock();
    job.work();
    job.work = nullptr;  // whatever it owns ends before its successor starts
    mutex_.lock();
    // Nobody is woken for it: this thread takes one more from the queue now.
    if (auto next = order_.finished(job.key)) ready_.push_back(std::move(*next));
  }
  mutex_.unlock();
}

void ThreadPool::stop() {
  std::vector<std::thread> threads;
  {
    Lock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
  }
  wake_.notify_all();
  for (auto& thread : threads) thread.join();
}

}  // namespace kinode::rt
