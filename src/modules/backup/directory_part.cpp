#include "modules/backup/directory_part.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/backup/io_error.h"

namespace kinode::backup {

namespace {

using Kind = port::FrozenEntry::Kind;

struct DirectoryClose {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Fd open_below(const Fd& root, const std::string& path, std::uint64_t flags) {
  struct open_how how{};
  how.flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const std::string name = path.empty() ? "." : path;
  return Fd(static_cast<int>(::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how)));
}

Result<std::vector<std::string>> names_in(const Fd& root, const std::string& path) {
  Fd directory = open_below(root, path, O_RDONLY | O_DIRECTORY);
  if (!directory.ok()) return io_failed(path, errno);
  const std::unique_ptr<DIR, DirectoryClose> reader(::fdopendir(directory.get()));
  if (reader == nullptr) return io_failed(path, errno);
  directory.release();
  std::vector<std::string> out;
  errno = 0;
  while (const dirent* entry = ::readdir(reader.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") out.emplace_back(name);
    errno = 0;
  }
  if (errno != 0) return io_failed(path, errno);
  std::ranges::sort(out);
  return out;
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class FileContent final : public port::FrozenContent {
 public:
  FileContent(std::string path, Fd file) : path_(std::move(path)), file_(std::move(file)) {}
  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    const auto got = read_at(file_.get(), into.data(), into.size(), offset);
    if (!got) return io_failed(path_, errno);
    return *got;
  }

 private:
  const std::string path_;
  const Fd file_;
};

/// Splits off the first part of a path.
std::string_view next_part(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view part = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return part;
}

bool is_engine_log(std::string_view name) {
  return name == "LOCK" || name == "LOG" || name.starts_with("LOG.old.");
}

}  // namespace

bool is_made_anew(std::string_view path) {
  std::string_view rest = path;
  const std::string_view top = next_part(rest);
  if (top == ".lock" || top == ".compiled" || top == ".frozen") return true;
  if (top == "vfs") return next_part(rest) == ".staging";
  if (top == "kernel") return is_engine_log(rest);
  if (top == "kv" || top == "sqlite") {
    next_part(rest);  // the package
    next_part(rest);  // the database
    return top == "kv" ? is_engine_log(rest) : rest.ends_with(".db-shm");
  }
  return false;
}

Result<std::unique_ptr<DirectoryPart>> DirectoryPart::open(const std::string& home) {
  Fd directory(::open(home.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok()) return io_failed(home, errno);
  return std::unique_ptr<DirectoryPart>(new DirectoryPart(home, std::move(directory)));
}

Status DirectoryPart::walk(const Visit& visit) { return walk_below("", visit, 0); }

Status DirectoryPart::walk_below(const std::string& path, const Visit& visit, std::size_t depth) {
  if (depth > limits::kBackupPathBytesMax / 2) {
    return fail(Code::kInvalid, printable(path) + " is too deep");
  }
  const auto names = names_in(directory_, path);
  if (!names) return fail_in(printable(home_), names.error());
  Fd here;
  for (const std::string& name : *names) {
    port::FrozenEntry entry;
    entry.path = path.empty() ? name : fmt::format("{}/{}", path, name);
    if (is_made_anew(entry.path)) continue;
    const std::string shown = home_ + "/" + entry.path;
    if (!here.ok()) here = open_below(directory_, path, O_RDONLY | O_DIRECTORY);
    struct stat info{};
    if (::fstatat(here.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return io_failed(shown, errno);
    }
    entry.mode = info.st_mode & 07777;
    entry.modified_ns = nanoseconds(info.st_mtim);
    if (S_ISDIR(info.st_mode)) {
      entry.kind = Kind::kDirectory;
    } else if (S_ISLNK(info.st_mode)) {
      entry.kind = Kind::kLink;
      entry.target.resize(limits::kBackupPathBytesMax);
      const ssize_t size =
          ::readlinkat(here.get(), name.c_str(), entry.target.data(), entry.target.size());
      if (size < 0) return io_failed(shown, errno);
      entry.target.resize(static_cast<std::size_t>(size));
    } else if (S_ISREG(info.st_mode)) {
      entry.size = static_cast<std::uint64_t>(info.st_size);
      // A file that was put back with its old time still has another change time.
      entry.version = fmt::format("{}.{}.{}.{}", info.st_ino, info.st_size,
                                  nanoseconds(info.st_mtim), nanoseconds(info.st_ctim));
    } else {
      continue;
    }
    if (auto ok = visit(entry); !ok) return ok;
    if (entry.kind != Kind::kDirectory) continue;
    here = Fd();  // a deep tree takes no more descriptors than a flat one
    if (auto ok = walk_below(entry.path, visit, depth + 1); !ok) return ok;
  }
  return {};
}

Result<std::unique_ptr<port::FrozenContent>> DirectoryPart::open(const port::FrozenEntry& file) {
  Fd opened = open_below(directory_, file.path, O_RDONLY);
  const std::string shown = home_ + "/" + file.path;
  if (!opened.ok()) return io_failed(shown, errno);
  return std::make_unique<FileContent>(shown, std::move(opened));
}

}  // namespace kinode::backup
