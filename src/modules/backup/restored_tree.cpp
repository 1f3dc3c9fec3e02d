#include "modules/backup/restored_tree.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <ranges>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "modules/backup/io_error.h"
#include "modules/backup/manifest.h"

namespace kinode::backup {

namespace {

using Kind = port::FrozenEntry::Kind;

// Nobody but the owner while it is written; and no file runs with the rights of another user.
constexpr mode_t kPrivateDirectory = 0700;
constexpr mode_t kPrivateFile = 0600;
constexpr std::uint32_t kModeMask = 0777;

Fd open_directory_below(const Fd& root, const std::string& path) {
  struct open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const std::string name = path.empty() ? "." : path;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how)));
}

void times_of(const port::FrozenEntry& entry, timespec (&out)[2]) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t seconds = entry.modified_ns / kSecond;
  std::int64_t rest = entry.modified_ns % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  out[0] = out[1] = {seconds, rest};
}

}  // namespace

Status RestoredTree::enter_parent(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
  if (parent_.ok() && parent == parent_path_) return {};
  if (!parent.empty() && !directories_.contains(parent)) {
    return fail(Code::kCorrupt,
                fmt::format("{} stands in no directory of the backup", printable(path)));
  }
  parent_ = open_directory_below(root_, parent);
  if (!parent_.ok()) return io_failed(place_ + "/" + parent, errno);
  parent_path_ = std::move(parent);
  return {};
}

Status RestoredTree::begin_directory(const port::FrozenEntry& entry, const std::string& name) {
  if (::mkdirat(parent_.get(), name.c_str(), kPrivateDirectory) != 0) {
    return io_failed(place_ + "/" + entry.path, errno);
  }
  directories_.insert(entry.path);
  dated_.push_back(entry);
  return {};
}

Status RestoredTree::begin(const port::FrozenEntry& entry) {
  if (auto ok = end_file(); !ok) return ok;
  if (auto ok = check_entry_path(entry.path); !ok) return ok;
  if (auto ok = enter_parent(entry.path); !ok) return ok;
  const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
  const std::string shown = place_ + "/" + entry.path;
  if (entry.kind == Kind::kDirectory) return begin_directory(entry, name);
  if (entry.kind == Kind::kLink) {
    timespec times[2];
    times_of(entry, times);
    if (::symlinkat(entry.target.c_str(), parent_.get(), name.c_str()) != 0 ||
        ::utimensat(parent_.get(), name.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0) {
      return io_failed(shown, errno);
    }
    return {};
  }
  file_ = Fd(::openat(parent_.get(), name.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kPrivateFile));
  if (!file_.ok()) return io_failed(shown, errno);
  entry_ = entry;
  written_ = 0;
  return {};
}

Status RestoredTree::append(ByteView bytes) {
  if (!file_.ok()) return fail(Code::kCorrupt, "content stands in the backup without a file");
  if (!write_all(file_, bytes)) return io_failed(place_ + "/" + entry_.path, errno);
  written_ += bytes.size();
  return {};
}

Status RestoredTree::end_file() {
  if (!file_.ok()) return {};
  const Fd file = std::move(file_);
  if (written_ != entry_.size) {
    return fail(Code::kCorrupt, fmt::format("{} has {} bytes in the backup instead of {}",
                                            printable(entry_.path), written_, entry_.size));
  }
  timespec times[2];
  times_of(entry_, times);
  if (::fchmod(file.get(), entry_.mode & kModeMask) != 0 || ::futimens(file.get(), times) != 0) {
    return io_failed(place_ + "/" + entry_.path, errno);
  }
  return {};
}

Status RestoredTree::finish(bool durable) {
  if (auto ok = end_file(); !ok) return ok;
  parent_ = Fd();
  // Last ones first: a directory without a right to enter hides what is in it.
  for (const port::FrozenEntry& entry : dated_ | std::views::reverse) {
    const Fd directory = open_directory_below(root_, entry.path);
    timespec times[2];
    times_of(entry, times);
    if (!directory.ok() || ::futimens(directory.get(), times) != 0 ||
        ::fchmod(directory.get(), entry.mode & kModeMask) != 0) {
      return io_failed(place_ + "/" + entry.path, errno);
    }
  }
  if (durable && ::syncfs(root_.get()) != 0) return io_failed(place_, errno);
  return {};
}

}  // namespace kinode::backup
