// An open file or directory of the system.
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

#include "base/bytes.h"

namespace kinode {

/// Owns a descriptor; closes it once. Thread: one at a time.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

  /// Gives it away, for instance to fdopendir.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// All of `bytes` at the descriptor's place; false: errno says why, and a part may be written.
inline bool write_all(const Fd& fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace kinode
