// A thread that writes logs and history, so that a slow disk holds up nobody.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "modules/terminal/log_files.h"
#include "rt/mutex.h"

namespace kinode::terminal {

/// Where a home keeps them, and how much.
struct DiskPlaces {
  std::string log_directory;
  LogLimits log_limits;
  std::string history_file;
};

/// What waits is bounded by limits::kPrintQueueCountMax and kPrintQueueBytesMax; the oldest lines
/// of the log are dropped first, and a line in the log says how many. Thread: any.
class DiskWriter {
 public:
  /// `zone` outlives this. `report` is told, on the writer's thread, when the disk refuses; once
  /// until it works again. Nothing is written before open().
  DiskWriter(const TimeZone& zone, std::function<void(std::string)> report);
  ~DiskWriter();

  /// From now on, what waits is written. Once.
  void open(DiskPlaces places);

  void log(std::int64_t unix_ms, std::string content);
  void remember(std::string command);

  /// Writes what waits, if it was opened; nothing is accepted afterwards.
  void stop();

 private:
  struct Line {
    std::int64_t unix_ms = 0;
    std::string text;
  };
  struct Batch {
    std::deque<Line> lines;
    std::deque<std::string> commands;
    std::size_t dropped = 0;
  };

  void run(DiskPlaces places);
  void write(Batch& batch, LogFiles& files, const std::string& history_file);
  void check(const Status& status, bool& failing);

  const TimeZone& zone_;
  const std::function<void(std::string)> report_;
  rt::Mutex mutex_;
  std::condition_variable_any wake_;
  Batch waiting_ __attribute__((guarded_by(mutex_)));
  std::size_t bytes_ __attribute__((guarded_by(mutex_))) = 0;
  bool stopping_ __attribute__((guarded_by(mutex_))) = false;
  bool log_fails_ = false;      // the writer's thread
  bool history_fails_ = false;  // the writer's thread
  std::thread thread_;
};

}  // namespace kinode::terminal
