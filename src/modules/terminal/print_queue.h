// Printouts on their way to the terminal's thread. Nobody who prints ever waits (fault 23).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "modules/terminal/verbosity.h"
#include "rt/mutex.h"

namespace kinode::terminal {

/// One thing to show above the input line.
struct ShownPrint {
  std::int64_t unix_ms = 0;
  std::uint8_t level = 0;
  std::string content;
  bool plain = false;  // a line of the terminal itself: without time, as it is
};

/// Bounded by limits::kPrintQueueCountMax and kPrintQueueBytesMax; the oldest are dropped first and
/// counted. Decides by the verbosity table what is worth queueing. Thread: any.
class PrintQueue {
 public:
  explicit PrintQueue(VerbosityTable table) : table_(std::move(table)) {}

  /// True: the reader is to be woken, because the queue was empty.
  bool push(const msg::ProcessId& source, ShownPrint print);
  bool push_plain(std::string text, std::uint8_t level = 0);

  struct Taken {
    std::vector<ShownPrint> prints;
    std::size_t dropped = 0;  // before the first of `prints`
  };
  /// The oldest, at most `count_max` and about `bytes_max` bytes.
  Taken take(std::size_t count_max, std::size_t bytes_max);

  bool empty() const;

  // --- the table, whose owner is the terminal's thread ---
  VerbosityTable table() const;
  std::uint8_t cycle_verbosity();
  bool set_process(const msg::ProcessId& process, ProcessVerbosity verbosity);
  void remove_process(const msg::ProcessId& process);

 private:
  bool append(ShownPrint print) __attribute__((requires_capability(mutex_)));

  mutable rt::Mutex mutex_;
  VerbosityTable table_ __attribute__((guarded_by(mutex_)));
  std::deque<ShownPrint> queue_ __attribute__((guarded_by(mutex_)));
  std::size_t bytes_ __attribute__((guarded_by(mutex_))) = 0;
  std::size_t dropped_ __attribute__((guarded_by(mutex_))) = 0;
};

}  // namespace kinode::terminal
