#include "store/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "base/fd.h"

namespace kinode::store {

namespace {

std::unexpected<Error> from_errno(const std::string& name, int error) {
  const std::string shown = printable(name);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(Code::kNotFound, fmt::format("{} is not there", shown));
    case EACCES:
    case EPERM:
      return fail(Code::kDenied, fmt::format("no rights on {}: check its owner and mode", shown));
    case ENOSPC:
      return fail(Code::kIo, fmt::format("the disk of {} is full: free some space", shown));
    case ELOOP:
    case EXDEV:
      return fail(Code::kDenied, fmt::format("{} is or passes through a link, which is not "
                                             "followed",
                                             shown));
    default:
      return fail(Code::kIo, fmt::format("{}: {}", shown, std::strerror(error)));
  }
}

Result<Bytes> read_all(const Fd& fd, const std::string& name, std::size_t bytes_max) {
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return from_errno(name, errno);
  if (!S_ISREG(info.st_mode)) return fail(Code::kInvalid, printable(name) + " is not a file");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size > bytes_max) {
    return fail(Code::kOverloaded,
                fmt::format("{} has {} bytes, {} are allowed", printable(name), size, bytes_max));
  }
  ByteVector out(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::read(fd.get(), out.data() + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return from_errno(name, errno);
    if (got == 0) break;  // it shrank while we read
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return Bytes::adopt(std::move(out));
}

}  // namespace

Result<Bytes> read_file_below(const std::string& root, const SafePath& path,
                              std::size_t bytes_max) {
  const Fd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok()) return from_errno(root, errno);
  struct open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const Fd file(static_cast<int>(
      ::syscall(SYS_openat2, directory.get(), path.text().c_str(), &how, sizeof how)));
  if (!file.ok()) return from_errno(path.text(), errno);
  return read_all(file, path.text(), bytes_max);
}

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok()) return from_errno(path, errno);
  return read_all(file, path, bytes_max);
}

Status write_file_atomic(const std::string& path, ByteView content, unsigned mode) {
  const std::string temporary = path + ".new";
  // What a crash left there could have other rights, or be a link to elsewhere.
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) return from_errno(temporary, errno);
  {
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file.ok()) return from_errno(temporary, errno);
    if (!write_all(file, content) || ::fsync(file.get()) != 0) return from_errno(temporary, errno);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(temporary.c_str());
    return from_errno(path, error);
  }
  return {};
}

std::error_code make_directories(const std::string& path, Durability durability) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path at = path; at.has_relative_path() && !fs::exists(at, error);
       at = at.parent_path()) {
    missing.push_back(at);
  }
  fs::create_directories(path, error);
  if (error || durability == Durability::kProcess) return error;
  for (const auto& made : missing) {
    error = sync_directory(made.parent_path().string());
    if (error) return error;
  }
  return {};
}

std::error_code sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.ok() && ::fsync(directory.get()) == 0) return {};
  return {errno, std::system_category()};
}

}  // namespace kinode::store
