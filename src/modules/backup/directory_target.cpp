#include "modules/backup/directory_target.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/limits.h"
#include "modules/backup/io_error.h"

namespace kinode::backup {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporary = ".new-";

Status sync_directory(const std::string& path) {
  const Fd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || ::fsync(directory.get()) != 0) return io_failed(path, errno);
  return {};
}

Status make_directories(const fs::path& path) {
  if (fs::path above = path.parent_path(); !above.empty() && above != path) {
    std::error_code error;
    if (!fs::exists(above, error)) {
      if (auto ok = make_directories(above); !ok) return ok;
    }
  }
  if (::mkdir(path.c_str(), 0700) == 0) return {};
  const int error = errno;
  std::error_code ignored;
  if (error == EEXIST && fs::is_directory(path, ignored)) return {};
  return io_failed(path.string(), error == EEXIST ? ENOTDIR : error);
}

Status write_synced(const std::string& path, ByteView content) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.ok()) return io_failed(path, errno);
  if (!write_all(file, content) || ::fsync(file.get()) != 0) return io_failed(path, errno);
  ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

Result<ByteVector> read_exactly(const Fd& file, const std::string& path, std::uint64_t offset,
                                std::size_t size) {
  ByteVector out(size);
  const auto got = read_at(file.get(), out.data(), size, offset);
  if (!got) return io_failed(path, errno);
  if (*got != size)
    return fail(Code::kCorrupt, printable(path) + " is shorter than it was written");
  return out;
}

Fd open_to_read(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

}  // namespace

Result<std::string> DirectoryTarget::path_of(std::string_view name) const {
  if (!is_object_name(name)) {
    return fail(Code::kInvalid, printable(name) + " cannot name an object");
  }
  return root_ + "/" + std::string(name);
}

Status DirectoryTarget::put(std::string_view name, ByteView content) {
  const auto path = path_of(name);
  if (!path) return std::unexpected(path.error());
  const std::string folder = fs::path(*path).parent_path().string();
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) {
    if (auto ok = make_directories(folder); !ok) return ok;
    if (auto ok = sync_directory(root_); !ok) return ok;
  }
  const std::string temporary =
      fmt::format("{}/{}{}-{}", root_, kTemporary, ::getpid(), ++temporaries_);
  auto ok = write_synced(temporary, content);
  if (ok && std::rename(temporary.c_str(), path->c_str()) != 0) ok = io_failed(*path, errno);
  if (!ok) {
    ::unlink(temporary.c_str());
    return ok;
  }
  return sync_directory(folder);
}

Result<ByteVector> DirectoryTarget::get(std::string_view name) {
  const auto path = path_of(name);
  if (!path) return std::unexpected(path.error());
  const Fd file = open_to_read(*path);
  struct stat info{};
  if (!file.ok() || ::fstat(file.get(), &info) != 0) return io_failed(*path, errno);
  if (!S_ISREG(info.st_mode)) return fail(Code::kInvalid, printable(*path) + " is not a file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > limits::kBackupObjectBytesMax) {
    return fail(Code::kCorrupt,
                fmt::format("{} has {} bytes: no object is so large", printable(*path), size));
  }
  return read_exactly(file, *path, 0, size);
}

Result<ByteVector> DirectoryTarget::get_range(std::string_view name, std::uint64_t offset,
                                              std::size_t size) {
  const auto path = path_of(name);
  if (!path) return std::unexpected(path.error());
  const Fd file = open_to_read(*path);
  if (!file.ok()) return io_failed(*path, errno);
  return read_exactly(file, *path, offset, size);
}

Result<std::vector<TargetObject>> DirectoryTarget::list(std::string_view prefix) {
  std::vector<TargetObject> out;
  std::error_code error;
  // Without a folder in the prefix everything is looked at; packs are by far the most.
  const std::string_view folder = prefix.substr(0, prefix.rfind('/') + 1);
  const std::string start = folder.empty() ? root_ : root_ + "/" + std::string(folder);
  fs::recursive_directory_iterator at(start, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    struct stat info{};
    const std::string path = at->path().string();
    if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    std::string name = fs::path(path).lexically_relative(root_).string();
    if (!name.starts_with(prefix) || !is_object_name(name)) continue;
    out.push_back({std::move(name), static_cast<std::uint64_t>(info.st_size)});
    if (out.size() > limits::kBackupObjectsMax) {
      return fail(Code::kOverloaded, printable(root_) + " has too many files");
    }
  }
  if (error && error.value() != ENOENT) return io_failed(start, error.value());
  std::ranges::sort(out, {}, &TargetObject::name);
  return out;
}

Status DirectoryTarget::remove(std::string_view name) {
  const auto path = path_of(name);
  if (!path) return std::unexpected(path.error());
  if (::unlink(path->c_str()) != 0 && errno != ENOENT) return io_failed(*path, errno);
  return {};
}

Status DirectoryTarget::sweep() {
  std::error_code error;
  std::vector<fs::path> left;
  fs::directory_iterator at(root_, error);
  for (const fs::directory_iterator end; !error && at != end; at.increment(error)) {
    if (at->path().filename().string().starts_with(kTemporary)) left.push_back(at->path());
  }
  for (const fs::path& path : left) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_failed(path.string(), errno);
  }
  return {};
}

}  // namespace kinode::backup
