#include "rt/ticker.h"

#include "base/limits.h"

namespace kinode::rt {

namespace {
// Beats without work before the ticker lies down: waking it costs its waker a system call, so it
// does not do so between two requests that follow each other closely.
constexpr int kQuietBeats = 100;
}  // namespace

Ticker::Ticker(std::function<bool()> busy, std::function<void()> beat)
    : busy_(std::move(busy)), beat_(std::move(beat)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    Lock lock(mutex_);
    stopping_ = true;
  }
  signal_.notify_all();
  thread_.join();
}

void Ticker::wake() {
  {
    Lock lock(mutex_);
    asleep_.store(false, std::memory_order_seq_cst);
  }
  signal_.notify_all();
}

void Ticker::run() {
  int quiet = 0;
  mutex_.lock();
  while (!stopping_) {
    if (quiet >= kQuietBeats) {
      asleep_.store(true, std::memory_order_seq_cst);
      while (!stopping_ && asleep_.load(std::memory_order_seq_cst) && !busy_())
        signal_.wait(mutex_);
      asleep_.store(false, std::memory_order_seq_cst);
      quiet = 0;
      continue;
    }
    signal_.wait_for(mutex_, limits::kGuestSlice);
    if (stopping_) break;
    mutex_.unlock();
    quiet = busy_() ? 0 : quiet + 1;
    if (quiet == 0) beat_();
    mutex_.lock();
  }
  mutex_.unlock();
}

}  // namespace kinode::rt
