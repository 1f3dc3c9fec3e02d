#include "modules/vfs/staging.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>

#include "base/limits.h"

namespace kinode::vfs {

Result<std::unique_ptr<Staging>> Staging::open(const Disk& disk) {
  const std::string name(kStagingName);
  if (::mkdirat(disk.root(), name.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(Code::kIo,
                fmt::format("cannot make {} beside the drives: {}", name, std::strerror(errno)));
  }
  Fd fd(open_beneath(disk.root(), name, O_RDONLY | O_DIRECTORY, 0,
                     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
  if (!fd.ok()) {
    return fail(Code::kIo, fmt::format("cannot open {} beside the drives: {}", name,
                                       std::strerror(-fd.get())));
  }
  std::unique_ptr<Staging> out(new Staging(std::move(fd)));
  if (auto ok = out->look_around(); !ok) {
    return fail(Code::kIo,
                fmt::format("cannot read {} beside the drives: {}", name, ok.error().text));
  }
  return out;
}

Io<void> Staging::look_around() {
  auto children = children_of(directory_.get(), ".");
  if (!children) return std::unexpected(std::move(children.error()));
  std::uint64_t last = 0;
  for (auto& child : *children) {
    std::uint64_t number = 0;
    std::from_chars(child.name.data(), child.name.data() + child.name.size(), number);
    last = std::max(last, number);
    left_behind_.push_back(std::move(child.name));
  }
  next_ = last + 1;
  return {};
}

using DirectoryList = std::unique_ptr<DIR, int (*)(DIR*)>;

Io<DirectoryList> open_list(int directory, const std::string& path) {
  Fd fd(open_beneath(directory, path, O_RDONLY | O_DIRECTORY, 0,
                     RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
  if (!fd.ok()) return io_error(-fd.get());
  DirectoryList list(::fdopendir(fd.get()), ::closedir);
  if (!list) return io_error(errno);
  fd.release();
  return list;
}

Io<std::vector<Child>> children_of(int directory, const std::string& path) {
  const auto list = open_list(directory, path);
  if (!list) return std::unexpected(list.error());
  std::vector<Child> out;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(list->get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat info{};
    const bool seen =
        ::fstatat(::dirfd(list->get()), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    out.push_back({std::string(name), seen ? type_of(info.st_mode) : FileType::kOther});
  }
  if (errno != 0) return io_error(errno);
  return out;
}

std::string Staging::fresh_name() const { return std::to_string(next_.fetch_add(1)); }

Io<Staging::File> Staging::create() const {
  for (;;) {
    File out{Fd(), fresh_name()};
    out.fd = Fd(::openat(directory_.get(), out.name.c_str(),
                         O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (out.fd.ok()) return out;
    if (errno != EEXIST) return io_error(errno);  // else: a crash left it
  }
}

void Staging::discard(const std::string& name) const {
  ::unlinkat(directory_.get(), name.c_str(), 0);
}

Removal::Removal(const Staging& staging, std::string name) : staging_(staging) {
  waiting_.push_back(std::move(name));
}

Io<bool> Removal::step() {
  for (std::size_t n = 0; n < limits::kVfsStepFiles && !waiting_.empty(); ++n) {
    const std::string name = waiting_.back();
    if (::unlinkat(staging_.directory(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) {
      waiting_.pop_back();
    } else if (errno == ENOTDIR) {
      if (::unlinkat(staging_.directory(), name.c_str(), 0) != 0) return io_error(errno);
      waiting_.pop_back();
    } else if (errno == ENOTEMPTY || errno == EEXIST) {
      if (auto ok = empty(name); !ok) return std::unexpected(std::move(ok.error()));
    } else {
      return io_error(errno);
    }
  }
  return !waiting_.empty();
}

/// Unlinks files; directories that are not empty become entries of the staging directory.
Io<void> Removal::empty(const std::string& name) {
  const auto list = open_list(staging_.directory(), name);
  if (!list) return std::unexpected(list.error());
  const int fd = ::dirfd(list->get());
  std::size_t done = 0;
  while (const dirent* entry = ::readdir(list->get())) {
    const char* child = entry->d_name;
    if (std::strcmp(child, ".") == 0 || std::strcmp(child, "..") == 0) continue;
    if (::unlinkat(fd, child, 0) != 0) {
      if (errno != EISDIR && errno != EPERM) return io_error(errno);
      if (::unlinkat(fd, child, AT_REMOVEDIR) != 0) {
        if (errno != ENOTEMPTY && errno != EEXIST) return io_error(errno);
        std::string fresh = staging_.fresh_name();
        if (::renameat(fd, child, staging_.directory(), fresh.c_str()) != 0) {
          return io_error(errno);
        }
        waiting_.push_back(std::move(fresh));
      }
    }
    if (++done == limits::kVfsStepFiles) break;  // the rest is found again
  }
  return {};
}

}  // namespace kinode::vfs
