#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <tuple>
#include <unistd.h>

#include "modules/vfs/file_work.h"

namespace kinode::vfs {

namespace {

/// The system takes no more in one call.
constexpr std::size_t kCallBytesMax = std::size_t{1} << 30;

/// For others' writes that have begun.
constexpr auto kPatience = std::chrono::seconds(1);

}  // namespace

Io<void> write_all(int fd, ByteView content, std::uint64_t offset) {
  if (offset > kOffsetMax - content.size()) return io_error(EFBIG);
  while (!content.empty()) {
    const ssize_t put = ::pwrite(fd, content.data(), std::min(content.size(), kCallBytesMax),
                                 static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error(errno);
    content = content.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return {};
}

Io<Bytes> read_range(int fd, std::uint64_t offset, std::uint64_t length) {
  if (offset > kOffsetMax) return io_error(EINVAL);
  auto room = ByteRoom::of(length);
  if (!room) return io_error(ENOMEM);
  const auto got = read_at(fd, room->data(), length, offset);
  if (!got) return io_error(errno);
  return std::move(*room).take(*got);
}

Io<Bytes> read_cached(int fd, std::uint64_t offset, std::uint64_t length) {
  if (offset > kOffsetMax) return io_error(EINVAL);
  auto room = ByteRoom::of(length);
  if (!room) return io_error(ENOMEM);
  if (length == 0) return Bytes();
  const iovec part{room->data(), static_cast<std::size_t>(length)};
  const ssize_t got = ::preadv2(fd, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  if (got < 0 || static_cast<std::uint64_t>(got) != length) return io_error(EAGAIN);
  return std::move(*room).take(length);
}

Io<struct stat> status_of(int fd) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return io_error(errno);
  return info;
}

Io<void> settle_content(const Tools& tools, int fd) {
  if (tools.durability == store::Durability::kProcess) return {};
  if (::fdatasync(fd) != 0) return io_error(errno);
  return {};
}

Io<void> settle_names(const Tools& tools, int directory) {
  if (tools.durability == store::Durability::kProcess) return {};
  const Fd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok() || ::fsync(fd.get()) != 0) return io_error(errno);
  return {};
}

Io<void> settle_all(const Tools& tools, int fd) {
  if (tools.durability == store::Durability::kProcess) return {};
  if (::syncfs(fd) != 0) return io_error(errno);
  return {};
}

void GrowthGuard::give_back(int fd, std::uint64_t before, std::uint64_t now) {
  if (now <= before) return;
  rt::Lock lock(one_);
  if (!writers_.close(kPatience)) return;
  struct stat info{};
  if (::fstat(fd, &info) == 0 && static_cast<std::uint64_t>(info.st_size) == now) {
    std::ignore = ::ftruncate(fd, static_cast<off_t>(before));
  }
  writers_.open();
}

Io<Extent> extent_of(int fd) {
  struct statx info{};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_SIZE | STATX_NLINK, &info) != 0) return io_error(errno);
  return Extent{info.stx_size, info.stx_nlink > 0};
}

Reply read_reply(Bytes bytes) {
  auto blob = std::make_shared<msg::Blob>();
  blob->mime = "application/octet-stream";
  blob->bytes = std::move(bytes);
  return {encode_read(), std::move(blob)};
}

Io<void> put_in_place(const Tools& tools, const Staging::File& file, const Place& place,
                      const VfsPath& path) {
  if (auto ok = settle_content(tools, file.fd.get()); !ok) return ok;
  {
    const DiskChange change = tools.keeper.begin();
    change.gone(place);
    if (::renameat(tools.staging.directory(), file.name.c_str(), place.directory.get(),
                   place.name.c_str()) != 0) {
      return io_error(errno);
    }
  }
  tools.open.reopen_below(path);
  return settle_names(tools, place.directory.get());
}

}  // namespace kinode::vfs
