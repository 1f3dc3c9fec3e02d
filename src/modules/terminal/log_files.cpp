#include "modules/terminal/log_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <tuple>
#include <unistd.h>
#include <vector>

#include "base/bytes.h"

namespace kinode::terminal {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kEnding = ".log";

// Lines are handed to the system in pieces of this size, or when nothing more waits.
constexpr std::size_t kWriteBytes = 64u << 10;

std::unexpected<Error> cannot(std::string_view verb, const std::string& path, int error) {
  return fail(Code::kIo,
              fmt::format("cannot {} the log {} ({}): make room and rights for it; printouts are "
                          "not logged until then",
                          verb, printable(path), std::strerror(error)));
}

}  // namespace

LogFiles::LogFiles(std::string directory, LogLimits limits, const TimeZone& zone)
    : directory_(std::move(directory)),
      limits_{limits.bytes, std::max<std::uint64_t>(limits.files, 1)},
      file_bytes_max_(
          limits_.bytes == 0 ? 0 : std::max<std::uint64_t>(limits_.bytes / limits_.files, 1)),
      zone_(zone) {}

LogFiles::~LogFiles() {
  std::ignore = flush();  // nobody is left to be told
  close();
}

void LogFiles::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Status LogFiles::open(std::int64_t unix_ms) {
  std::error_code failed;
  fs::create_directories(directory_, failed);
  if (failed) return cannot("make the folder of", directory_, failed.value());
  const std::string stamp = file_stamp(zone_.local(unix_ms));
  // Two in one second: the later one gets a number.
  for (int number = 0; number < 1000 && fd_ < 0; ++number) {
    path_ = number == 0 ? fmt::format("{}/{}{}", directory_, stamp, kEnding)
                        : fmt::format("{}/{}-{}{}", directory_, stamp, number, kEnding);
    fd_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                 0600);
    if (fd_ < 0 && errno != EEXIST) return cannot("create", path_, errno);
  }
  if (fd_ < 0) return cannot("create", path_, EEXIST);
  file_bytes_ = 0;
  remove_oldest();
  return {};
}

void LogFiles::remove_oldest() const {
  struct Entry {
    fs::file_time_type changed;
    fs::path path;
  };
  std::vector<Entry> entries;
  std::error_code failed;
  for (fs::directory_iterator at(directory_, failed), end; !failed && at != end;
       at.increment(failed)) {
    std::error_code ignored;
    if (at->path().extension() != kEnding || !at->is_regular_file(ignored)) continue;
    if (at->path() == path_) continue;
    entries.push_back({at->last_write_time(ignored), at->path()});
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.changed != b.changed ? a.changed < b.changed : a.path < b.path;
  });
  std::size_t count = entries.size() + 1;
  for (const Entry& entry : entries) {
    if (count-- <= limits_.files) break;
    std::error_code ignored;
    fs::remove(entry.path, ignored);
  }
}

Status LogFiles::append(std::int64_t unix_ms, std::string_view content) {
  const std::string line = fmt::format("[{}] {}\n", rfc2822(zone_.local(unix_ms)), content);
  if (fd_ >= 0 && file_bytes_max_ > 0 && file_bytes_ + line.size() >= file_bytes_max_) {
    const Status flushed = flush();
    close();
    if (!flushed) return flushed;
  }
  if (fd_ < 0) {
    if (auto ok = open(unix_ms); !ok) return ok;
  }
  waiting_ += line;
  file_bytes_ += line.size();
  return waiting_.size() >= kWriteBytes ? flush() : Status();
}

Status LogFiles::flush() {
  std::size_t done = 0;
  while (done < waiting_.size()) {
    const ssize_t put = ::write(fd_, waiting_.data() + done, waiting_.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      waiting_.clear();
      return cannot("write", path_, error);
    }
    done += static_cast<std::size_t>(put);
  }
  waiting_.clear();
  return {};
}

}  // namespace kinode::terminal
