// What was printed, on disk, in a bounded number of files (kernel.md 9.5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "modules/terminal/local_time.h"

namespace kinode::terminal {

struct LogLimits {
  std::uint64_t bytes = 16'000'000;  // of all files together; 0: one file without bounds
  std::uint64_t files = 4;           // at least 1
};

/// `<directory>/<YYYY-MM-DD-HH:MM:SS>.log`, each line `[<RFC 2822 local time>] <content>`. The
/// first line makes a new file; one that would outgrow its share of the bytes makes the next, and
/// then the files changed longest ago are removed. Sizes are counted here, not asked for. One
/// thread; blocks on the disk.
class LogFiles {
 public:
  /// `zone` outlives this. Nothing is touched on disk yet.
  LogFiles(std::string directory, LogLimits limits, const TimeZone& zone);
  ~LogFiles();
  LogFiles(const LogFiles&) = delete;
  LogFiles& operator=(const LogFiles&) = delete;

  /// Adds a line, which may stay in memory until flush(). On an error the line is lost, and the
  /// next one tries again.
  Status append(std::int64_t unix_ms, std::string_view content);

  /// Hands everything to the operating system.
  Status flush();

 private:
  Status open(std::int64_t unix_ms);
  void remove_oldest() const;
  void close();

  const std::string directory_;
  const LogLimits limits_;
  const std::uint64_t file_bytes_max_;  // 0: unlimited
  const TimeZone& zone_;
  int fd_ = -1;
  std::string path_;
  std::uint64_t file_bytes_ = 0;  // with what is in `waiting_`
  std::string waiting_;
};

}  // namespace kinode::terminal
