// Structured log lines for operators: one tag per folder, `key=value` fields, one sink.
// Not for what programs print to their terminal: that is port/print.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fmt/format.h>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/limits.h"

namespace kinode {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

/// Where log lines go. Passed in; there is no global one.
/// Thread: log() from any thread; never blocks on a terminal.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view tag, std::string_view line) = 0;
  virtual bool enabled(LogLevel level) const = 0;
};

/// Drops everything; for tests that do not look.
class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view, std::string_view) override {}
  bool enabled(LogLevel) const override { return false; }
};

/// Hands each line to a function; for tests that do look.
class CallbackLog final : public Log {
 public:
  using Sink = std::function<void(LogLevel, std::string_view tag, std::string_view line)>;
  explicit CallbackLog(Sink sink) : sink_(std::move(sink)) {}
  void write(LogLevel level, std::string_view tag, std::string_view line) override {
    sink_(level, tag, line);
  }
  bool enabled(LogLevel) const override { return true; }

 private:
  Sink sink_;
};

/// Where a file log writes, and how much it keeps: `files` files of `bytes` each, the oldest goes
/// first.
struct LogFile {
  std::filesystem::path path;
  std::size_t bytes = limits::kLogFileBytesMax;
  std::size_t files = limits::kLogFilesMax;
};

/// Logs for operators: one line per call, with UTC time and level,
///     2025-01-31T12:00:00.123Z warning kernel: mailbox=full process=p:k:pub
/// Lines of `least` and above are written by a thread of the log's own, so that a slow disk or
/// terminal holds up nobody; what waits is bounded, the oldest lines are dropped first and the next
/// line says how many. Text from outside cannot forge lines: control characters are escaped, also
/// line ends, and overlong lines are cut. Everything that was handed over is written before the
/// destructor returns.
std::unique_ptr<Log> make_stderr_log(LogLevel least);

/// Fails when the file or its folder cannot be created. A disk that fills up later loses lines and
/// is reported on stderr.
Result<std::unique_ptr<Log>> make_file_log(const LogFile& file, LogLevel least);

/// A `Log` with the folder's name fixed. Cheap to copy.
class Tagged {
 public:
  Tagged(Log& log, std::string_view tag) : log_(&log), tag_(tag) {}

  template <class... A>
  void info(fmt::format_string<A...> format, A&&... args) const {
    write(LogLevel::kInfo, format, std::forward<A>(args)...);
  }
  template <class... A>
  void warn(fmt::format_string<A...> format, A&&... args) const {
    write(LogLevel::kWarn, format, std::forward<A>(args)...);
  }
  template <class... A>
  void error(fmt::format_string<A...> format, A&&... args) const {
    write(LogLevel::kError, format, std::forward<A>(args)...);
  }
  template <class... A>
  void debug(fmt::format_string<A...> format, A&&... args) const {
    write(LogLevel::kDebug, format, std::forward<A>(args)...);
  }

 private:
  template <class... A>
  void write(LogLevel level, fmt::format_string<A...> format, A&&... args) const {
    if (log_->enabled(level))
      log_->write(level, tag_, fmt::format(format, std::forward<A>(args)...));
  }

  Log* log_;
  std::string_view tag_;
};

}  // namespace kinode
