#include "store/home_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

namespace kinode::store {

Result<std::unique_ptr<HomeLock>> HomeLock::take(const std::string& home) {
  const std::string path = home + "/.lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(
        errno == ENOSPC ? Code::kIo : Code::kDenied,
        fmt::format("cannot write in {} ({}): check its owner and rights, or choose another home",
                    home, std::strerror(errno)));
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (const int error = errno; error != EWOULDBLOCK) {
      ::close(fd);
      return fail(Code::kIo, fmt::format("cannot lock {}: {}", path, std::strerror(error)));
    }
    char holder[32] = {};
    const ssize_t got = ::pread(fd, holder, sizeof holder - 1, 0);
    ::close(fd);
    return fail(
        Code::kUnavailable,
        fmt::format("the home {} is in use by another node{}: stop that one first, or choose "
                    "another home",
                    home, got > 0 ? fmt::format(" (process {})", holder) : std::string()));
  }
  const std::string pid = fmt::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    const int error = errno;
    ::close(fd);
    return fail(Code::kIo, fmt::format("cannot write {}: {}", path, std::strerror(error)));
  }
  return std::unique_ptr<HomeLock>(new HomeLock(fd));
}

HomeLock::~HomeLock() { ::close(fd_); }

}  // namespace kinode::store
