// What a test's program has synced, in order. Its fsync, fdatasync and syncfs write that down
// instead of doing it: include this in one file of a test program only.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <mutex>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace kinode::support {

class SyncLog {
 public:
  /// Paths since the last look.
  static std::vector<std::string> take() {
    const std::lock_guard lock(mutex());
    return std::exchange(paths(), {});
  }
  static int note(int fd) {
    std::array<char, 4096> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
    const std::lock_guard lock(mutex());
    if (size > 0) paths().emplace_back(path.data(), static_cast<std::size_t>(size));
    return 0;
  }

 private:
  static std::mutex& mutex() {
    static std::mutex it;
    return it;
  }
  static std::vector<std::string>& paths() {
    static std::vector<std::string> it;
    return it;
  }
};

}  // namespace kinode::support

// Those of the program come before the system's.
extern "C" int fsync(int fd) { return kinode::support::SyncLog::note(fd); }
extern "C" int fdatasync(int fd) { return kinode::support::SyncLog::note(fd); }
extern "C" int syncfs(int fd) noexcept { return kinode::support::SyncLog::note(fd); }
