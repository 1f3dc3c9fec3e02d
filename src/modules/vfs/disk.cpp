#include "modules/vfs/disk.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace kinode::vfs {

namespace {

constexpr std::uint64_t kNoLinks = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
constexpr std::uint64_t kLinksWithin = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;

/// With RESOLVE_BENEATH the system gives up when something was renamed just then.
constexpr int kTriesMax = 32;

std::unexpected<VfsError> from_system(int number) {
  if (number == EXDEV) return io_error("the path leads through a link out of its drive");
  return io_error(number);
}

}  // namespace

int open_beneath(int directory, const std::string& path, int flags, mode_t mode,
                 std::uint64_t resolve) {
  struct open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = resolve;
  for (int tries = 0;;) {
    const long fd = ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    const bool again = errno == EAGAIN && (resolve & RESOLVE_CACHED) == 0 && ++tries < kTriesMax;
    if (errno == EINTR || again) continue;
    return -errno;
  }
}

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kFile;
  if (S_ISDIR(mode)) return FileType::kDirectory;
  if (S_ISLNK(mode)) return FileType::kSymlink;
  return FileType::kOther;
}

Result<std::unique_ptr<Disk>> Disk::open(const std::string& root) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  Fd fd(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) {
    return fail(Code::kIo, fmt::format("cannot open the drives in {}: {}: check its owner and mode",
                                       root, std::strerror(errno)));
  }
  const Fd probe(open_beneath(fd.get(), ".", O_PATH | O_DIRECTORY, 0, kNoLinks));
  if (!probe.ok()) {
    return fail(Code::kUnsupported,
                fmt::format("cannot open paths safely ({}): Linux 5.6 or later is needed, and a "
                            "container must allow openat2",
                            std::strerror(-probe.get())));
  }
  return std::unique_ptr<Disk>(new Disk(std::move(fd)));
}

Io<Fd> Disk::open_below(std::string_view below_root, std::size_t drive_size, int flags,
                        mode_t mode) const {
  const std::string path(below_root);
  int fd = open_beneath(root_.get(), path, flags, mode, kNoLinks);
  if (fd == -ELOOP && path.size() > drive_size) {
    const Fd drive(
        open_beneath(root_.get(), path.substr(0, drive_size), O_PATH | O_DIRECTORY, 0, kNoLinks));
    if (!drive.ok()) return from_system(-drive.get());
    fd = open_beneath(drive.get(), path.substr(drive_size + 1), flags, mode, kLinksWithin);
  }
  if (fd < 0) return from_system(-fd);
  return Fd(fd);
}

Io<Fd> Disk::open_any(const VfsPath& path, int flags, mode_t mode) const {
  return open_below(path.below_root(), path.drive_below_root().size(), flags, mode);
}

Io<Fd> Disk::open_file(const VfsPath& path, int flags, mode_t mode) const {
  // Not waiting: a pipe that somebody put there would hold a thread until it has a second end.
  auto fd = open_any(path, flags | O_NONBLOCK | O_NOCTTY, mode);
  if (!fd) return fd;
  struct stat info{};
  if (::fstat(fd->get(), &info) != 0) return io_error(errno);
  if (S_ISDIR(info.st_mode)) return io_error(EISDIR);
  if (!S_ISREG(info.st_mode)) return io_error("this is neither a file nor a directory");
  return fd;
}

Io<Fd> Disk::open_directory(const VfsPath& path) const {
  return open_any(path, O_RDONLY | O_DIRECTORY);
}

Io<Fd> Disk::open_root() const {
  Fd fd(open_beneath(root_.get(), ".", O_RDONLY | O_DIRECTORY, 0, kNoLinks));
  if (!fd.ok()) return from_system(-fd.get());
  return fd;
}

Io<Place> Disk::place_of(const VfsPath& path) const {
  const std::string_view parent = path.parent_below_root();
  const std::size_t drive_size = std::min(path.drive_below_root().size(), parent.size());
  auto directory = open_below(parent, drive_size, O_PATH | O_DIRECTORY, 0);
  if (!directory) return std::unexpected(std::move(directory.error()));
  return Place{std::move(*directory), std::string(path.name())};
}

Io<struct stat> Disk::status(const VfsPath& path) const {
  auto fd = open_any(path, O_PATH);
  if (!fd) return std::unexpected(std::move(fd.error()));
  struct stat info{};
  if (::fstat(fd->get(), &info) != 0) return io_error(errno);
  return info;
}

Io<Fd> Disk::open_file_now(const VfsPath& path) const {
  auto fd = open_now(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) return fd;
  struct stat info{};
  if (::fstat(fd->get(), &info) != 0) return io_error(errno);
  // What it is instead is said by those who may take their time.
  if (!S_ISREG(info.st_mode)) return io_error(EAGAIN);
  return fd;
}

Io<struct stat> Disk::status_now(const VfsPath& path) const {
  auto fd = open_now(path, O_PATH);
  if (!fd) return std::unexpected(std::move(fd.error()));
  struct stat info{};
  if (::fstat(fd->get(), &info) != 0) return io_error(errno);
  return info;
}

Io<Fd> Disk::open_now(const VfsPath& path, int flags) const {
  Fd fd(open_beneath(root_.get(), path.below_root(), flags, 0, kNoLinks | RESOLVE_CACHED));
  // With a link in it, or on a system that does not know the question: not now.
  if (!fd.ok()) return io_error(fd.get() == -ENOENT ? ENOENT : EAGAIN);
  return fd;
}

Io<void> Disk::make_directory(const VfsPath& path, const Before& before) const {
  const auto place = place_of(path);
  if (!place) return std::unexpected(place.error());
  before(place->directory.get());
  if (::mkdirat(place->directory.get(), place->name.c_str(), 0755) != 0) return io_error(errno);
  return {};
}

Io<void> Disk::make_directories(const VfsPath& path, const Before& before) const {
  const auto there = status(path);
  if (there) {
    if (S_ISDIR(there->st_mode)) return {};
    return io_error(EEXIST);
  }
  if (there.error().number != ENOENT) return std::unexpected(there.error());
  const std::string& whole = path.below_root();
  const std::size_t drive_size = path.drive_below_root().size();
  for (std::size_t end = 0; end != std::string::npos;) {
    end = whole.find('/', end + 1);
    const std::string_view upto = std::string_view(whole).substr(0, end);
    const std::size_t slash = upto.rfind('/');
    if (slash == std::string_view::npos) {  // the package
      before(root_.get());
      if (::mkdirat(root_.get(), std::string(upto).c_str(), 0755) != 0 && errno != EEXIST) {
        return io_error(errno);
      }
      continue;
    }
    const std::string_view parent = upto.substr(0, slash);
    const auto directory =
        open_below(parent, std::min(drive_size, parent.size()), O_PATH | O_DIRECTORY, 0);
    if (!directory) return std::unexpected(directory.error());
    const std::string name(upto.substr(slash + 1));
    before(directory->get());
    if (::mkdirat(directory->get(), name.c_str(), 0755) != 0 && errno != EEXIST) {
      return io_error(errno);
    }
  }
  return {};
}

}  // namespace kinode::vfs
