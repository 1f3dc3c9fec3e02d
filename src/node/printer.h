// Printouts on the terminal, until the terminal itself is built (kernel.md 9.4).
#pragma once

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <string>
#include <thread>

#include "base/clock.h"
#include "port/print.h"
#include "rt/mutex.h"

namespace kinode::node {

/// Queues lines and writes them on a thread of its own, so that printing never waits for a terminal
/// (fault 23). A full queue drops the new line and counts it.
class Printer final : public port::PrintSink {
 public:
  /// Prints what is at most `verbosity` to `out`, which outlives this.
  Printer(unsigned verbosity, std::FILE* out);
  ~Printer() override;

  void print(msg::Printout printout) override;

  /// A line of the node itself, without time, at any verbosity.
  void line(std::string text);

  /// Writes what is queued; nothing is accepted afterwards.
  void stop();

 private:
  void push(std::string line);
  void run();

  static constexpr std::size_t kQueueMax = 10'000;

  const unsigned verbosity_;
  std::FILE* const out_;
  rt::Mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::string> queue_ __attribute__((guarded_by(mutex_)));
  std::size_t dropped_ __attribute__((guarded_by(mutex_))) = 0;
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
  std::thread thread_;
};

}  // namespace kinode::node
