#include "node/printer.h"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace kinode::node {

namespace {

std::string time_prefix() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return fmt::format("{:%a %H:%M} ", local);
}

}  // namespace

Printer::Printer(unsigned verbosity, std::FILE* out)
    : verbosity_(verbosity), out_(out), thread_([this] { run(); }) {}

Printer::~Printer() { stop(); }

void Printer::print(msg::Printout printout) {
  if (printout.verbosity > verbosity_) return;
  push(time_prefix() + printout.content);
}

void Printer::line(std::string text) { push(std::move(text)); }

void Printer::push(std::string line) {
  {
    rt::Lock lock(mutex_);
    if (stopping_) return;
    if (queue_.size() >= kQueueMax) {
      ++dropped_;
      return;
    }
    queue_.push_back(std::move(line));
  }
  wake_.notify_one();
}

void Printer::run() {
  std::deque<std::string> batch;
  mutex_.lock();
  for (;;) {
    while (queue_.empty() && !stopping_) wake_.wait(mutex_);
    if (queue_.empty() && stopping_) break;
    batch.swap(queue_);
    const std::size_t dropped = dropped_;
    dropped_ = 0;
    mutex_.unlock();
    for (const auto& line : batch) fmt::print(out_, "{}\n", line);
    if (dropped > 0)
      fmt::print(out_, "({} lines were dropped: printed faster than shown)\n", dropped);
    std::fflush(out_);
    batch.clear();
    mutex_.lock();
  }
  mutex_.unlock();
}

void Printer::stop() {
  {
    rt::Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace kinode::node
