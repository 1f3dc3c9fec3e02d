// An open file or directory of the system.
#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>
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

/// Up to `size` bytes from `offset` on: as many as there are. None: errno says why.
inline std::optional<std::size_t> read_at(int fd, void* into, std::size_t size,
                                          std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd, static_cast<std::uint8_t*>(into) + done, size - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

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
