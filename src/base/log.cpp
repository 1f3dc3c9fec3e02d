#include "base/log.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/bytes.h"

namespace kinode {

namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// One line of bounded length, whatever was handed over.
std::string one_line(std::string_view tag, std::string_view text) {
  std::string out = fmt::format("{}: ", tag);
  const std::size_t rest = text.size() - std::min(text.size(), limits::kLogLineBytesMax);
  for (const char c : printable(text.substr(0, limits::kLogLineBytesMax))) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  if (rest > 0) out += fmt::format("... and {} more bytes", rest);
  return out;
}

/// spdlog with a thread and a queue of its own: nothing is registered globally.
class SpdLog final : public Log {
 public:
  SpdLog(spdlog::sink_ptr sink, LogLevel least)
      : pool_(std::make_shared<spdlog::details::thread_pool>(limits::kLogQueueLinesMax, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "kinode", std::move(sink), pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    logger_->set_level(spdlog_level(least));
    // Warnings are what one looks for after a crash: they do not wait in a buffer.
    logger_->flush_on(spdlog::level::warn);
  }

  SpdLog(const SpdLog&) = delete;
  SpdLog& operator=(const SpdLog&) = delete;

  ~SpdLog() override {
    report_dropped();
    logger_->flush();
    pool_.reset();  // writes what still waits and joins
  }

  bool enabled(LogLevel level) const override { return logger_->should_log(spdlog_level(level)); }

  void write(LogLevel level, std::string_view tag, std::string_view line) override {
    if (!enabled(level)) return;
    // Asking costs a lock, so not with each line.
    if (lines_.fetch_add(1, std::memory_order_relaxed) % kLinesPerReport == 0) report_dropped();
    submit(level, one_line(tag, line));
  }

 private:
  static constexpr std::uint64_t kLinesPerReport = 256;

  void submit(LogLevel level, const std::string& line) {
    logger_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  }

  void report_dropped() {
    const std::size_t dropped = pool_->overrun_counter();
    const std::size_t before = reported_.exchange(dropped, std::memory_order_relaxed);
    if (dropped > before) {
      submit(LogLevel::kWarn, fmt::format("log: dropped={} reason=too-fast", dropped - before));
    }
  }

  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
  std::atomic<std::uint64_t> lines_ = 0;
  std::atomic<std::size_t> reported_ = 0;
};

}  // namespace

std::unique_ptr<Log> make_stderr_log(LogLevel least) {
  return std::make_unique<SpdLog>(std::make_shared<spdlog::sinks::stderr_sink_mt>(), least);
}

Result<std::unique_ptr<Log>> make_file_log(const LogFile& file, LogLevel least) {
  try {
    // The sink counts the files beside the one that is written to.
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
        file.path.string(), file.bytes, file.files > 0 ? file.files - 1 : 0);
    return std::make_unique<SpdLog>(std::move(sink), least);
  } catch (const std::exception& error) {
    return fail(Code::kIo, fmt::format("cannot log to {}: {}; check that the folder can be written",
                                       printable(file.path.string()), printable(error.what())));
  }
}

}  // namespace kinode
