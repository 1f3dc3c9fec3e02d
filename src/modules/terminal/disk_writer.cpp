#include "modules/terminal/disk_writer.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "modules/terminal/history_file.h"
#include "modules/terminal/text.h"

namespace kinode::terminal {

DiskWriter::DiskWriter(const TimeZone& zone, std::function<void(std::string)> report)
    : zone_(zone), report_(std::move(report)) {}

DiskWriter::~DiskWriter() { stop(); }

void DiskWriter::open(DiskPlaces places) {
  thread_ = std::thread([this, places = std::move(places)] { run(places); });
}

void DiskWriter::log(std::int64_t unix_ms, std::string content) {
  {
    rt::Lock lock(mutex_);
    if (stopping_) return;
    bytes_ += content.size();
    auto& lines = waiting_.lines;
    lines.push_back({unix_ms, std::move(content)});
    while (lines.size() > limits::kPrintQueueCountMax ||
           (bytes_ > limits::kPrintQueueBytesMax && lines.size() > 1)) {
      bytes_ -= lines.front().text.size();
      lines.pop_front();
      ++waiting_.dropped;
    }
    if (lines.size() > 1) return;  // the writer is awake
  }
  wake_.notify_one();
}

void DiskWriter::remember(std::string command) {
  {
    rt::Lock lock(mutex_);
    if (stopping_ || waiting_.commands.size() >= limits::kTerminalHistoryLinesMax) return;
    waiting_.commands.push_back(std::move(command));
  }
  wake_.notify_one();
}

void DiskWriter::stop() {
  {
    rt::Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DiskWriter::run(DiskPlaces places) {
  LogFiles files(std::move(places.log_directory), places.log_limits, zone_);
  mutex_.lock();
  for (;;) {
    while (waiting_.lines.empty() && waiting_.commands.empty() && !stopping_) wake_.wait(mutex_);
    if (waiting_.lines.empty() && waiting_.commands.empty()) break;
    Batch batch;
    std::swap(batch, waiting_);
    bytes_ = 0;
    mutex_.unlock();
    write(batch, files, places.history_file);
    mutex_.lock();
  }
  mutex_.unlock();
}

void DiskWriter::write(Batch& batch, LogFiles& files, const std::string& history_file) {
  if (batch.dropped > 0) {
    const std::int64_t when = batch.lines.empty() ? 0 : batch.lines.front().unix_ms;
    batch.lines.push_front(
        {when, fmt::format("({} lines were dropped: printed faster than the disk takes them)",
                           batch.dropped)});
  }
  Status failed;
  for (const Line& line : batch.lines) {
    if (auto ok = files.append(line.unix_ms, safe_text(line.text, Colours::kDrop)); !ok)
      failed = std::move(ok);
  }
  if (auto ok = files.flush(); !ok) failed = std::move(ok);
  if (!batch.lines.empty()) check(failed, log_fails_);
  for (const std::string& command : batch.commands) {
    check(append_history(history_file, command), history_fails_);
  }
}

void DiskWriter::check(const Status& status, bool& failing) {
  // The report is a printout and so comes back to the log: once, or it would never end.
  if (!status && !failing) report_("terminal: " + status.error().detail);
  failing = !status;
}

}  // namespace kinode::terminal
