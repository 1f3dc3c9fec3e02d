#include "modules/backup/restore.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/assert.h"
#include "modules/backup/io_error.h"
#include "modules/backup/manifest_reader.h"
#include "modules/backup/restored_tree.h"

namespace kinode::backup {

namespace {

namespace fs = std::filesystem;
using Kind = port::FrozenEntry::Kind;

// Stands in `<home>.restoring` until that is complete, so that no other directory of that name is
// ever thrown away.
constexpr std::string_view kMarker = ".kinode-restoring";

/// `<home>.restoring`, empty; thrown away unless it becomes the home.
class Workplace {
 public:
  static Result<std::unique_ptr<Workplace>> make(const std::string& home) {
    struct stat info{};
    if (::stat(home.c_str(), &info) == 0) {
      std::error_code error;
      if (!fs::is_empty(home, error) || !S_ISDIR(info.st_mode)) {
        return fail(Code::kExists, fmt::format("{} is not empty: a backup is restored into a home "
                                               "that does not exist yet, so choose another name",
                                               printable(home)));
      }
    } else if (errno != ENOENT) {
      return io_failed(home, errno);
    }
    std::unique_ptr<Workplace> out(new Workplace(home));
    if (auto ok = out->begin(); !ok) return std::unexpected(std::move(ok.error()));
    return out;
  }

  ~Workplace() {
    std::error_code ignored;
    if (mine_) fs::remove_all(path_, ignored);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const std::string& path() const { return path_; }

  Result<Fd> open() const {
    Fd root(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!root.ok()) return io_failed(path_, errno);
    return root;
  }

  Status become_home() {
    if (::unlink(marker().c_str()) != 0) return io_failed(marker(), errno);
    if (std::rename(path_.c_str(), home_.c_str()) != 0) return io_failed(home_, errno);
    mine_ = false;
    const fs::path above = fs::absolute(home_).parent_path();
    const Fd directory(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.ok() || ::fsync(directory.get()) != 0) return io_failed(above.string(), errno);
    return {};
  }

 private:
  explicit Workplace(std::string home) : home_(std::move(home)), path_(home_ + ".restoring") {}

  std::string marker() const { return path_ + "/" + std::string(kMarker); }

  Status begin() {
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(marker(), error))) {  // an attempt that was cut off
      fs::remove_all(path_, error);
      if (error) return io_failed(path_, error.value());
    }
    if (::mkdir(path_.c_str(), 0700) != 0) {
      if (errno == ENOENT) {
        return fail(Code::kNotFound,
                    fmt::format("the directory above {} is not there: make it", printable(home_)));
      }
      if (errno != EEXIST) return io_failed(path_, errno);
      return fail(Code::kExists, fmt::format("{} is in the way: move it elsewhere or remove it",
                                             printable(path_)));
    }
    mine_ = true;
    const Fd file(::open(marker().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.ok()) return io_failed(marker(), errno);
    return {};
  }

  const std::string home_;
  const std::string path_;
  bool mine_ = false;
};

class Run {
 public:
  Run(Repository& repository, const ChunkIndex& index, Fd root, const std::string& place,
      const RestoreOptions& options)
      : repository_(repository), index_(index), tree_(std::move(root), place), options_(options) {}

  Result<RestoreReport> all_of(const Snapshot& snapshot) {
    auto ok = walk_snapshot(repository_, index_, snapshot,
                            [this](const ManifestEntry& entry) { return add(entry); });
    if (ok && (counts_.files != snapshot.files || counts_.directories != snapshot.directories ||
               counts_.links != snapshot.links || report_.bytes != snapshot.bytes)) {
      ok = fail(Code::kCorrupt, "the backup has other files than its first page says");
    }
    if (ok) ok = tree_.finish(options_.durable);
    if (!ok) return std::unexpected(std::move(ok.error()));
    return report_;
  }

 private:
  Status add(const ManifestEntry& entry) {
    if (!entry.continued) {
      const Kind kind = entry.entry.kind;
      ++(kind == Kind::kFile   ? counts_.files
         : kind == Kind::kLink ? counts_.links
                               : counts_.directories);
      ++report_.entries;
      path_ = entry.entry.path;
      if (auto ok = tree_.begin(entry.entry); !ok) return ok;
    }
    for (const ChunkId& id : entry.chunks) {
      auto bytes = repository_.read_chunk(index_, id);
      if (!bytes) return fail_in(printable(path_), std::move(bytes.error()));
      if (auto ok = tree_.append(*bytes); !ok) return ok;
      report_.bytes += bytes->size();
      if (auto ok = between(); !ok) return ok;
    }
    return between();
  }

  Status between() {
    if (options_.stop != nullptr && options_.stop->load(std::memory_order_relaxed)) {
      return fail(Code::kUnavailable, "stopped: nothing was restored");
    }
    if (options_.progress) options_.progress({report_.entries, report_.bytes});
    return {};
  }

  Repository& repository_;
  const ChunkIndex& index_;
  RestoredTree tree_;
  const RestoreOptions& options_;
  RestoreReport report_;
  Snapshot counts_;
  std::string path_;
};

}  // namespace

Result<RestoreReport> restore(Repository& repository, const Snapshot& snapshot,
                              const std::string& home, const RestoreOptions& options) {
  KINODE_ASSERT(options.clock != nullptr);
  const Instant began = options.clock->now();
  std::string name = home;
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  if (name.empty() || name == "/") return fail(Code::kInvalid, "name the home to restore into");
  auto work = Workplace::make(name);
  if (!work) return std::unexpected(std::move(work.error()));
  auto index = repository.full_index();
  if (!index) return std::unexpected(std::move(index.error()));
  auto root = (*work)->open();
  if (!root) return std::unexpected(std::move(root.error()));
  auto report =
      Run(repository, *index, std::move(*root), (*work)->path(), options).all_of(snapshot);
  if (!report) return report;
  if (auto ok = (*work)->become_home(); !ok) return std::unexpected(std::move(ok.error()));
  report->took = options.clock->now() - began;
  return report;
}

}  // namespace kinode::backup
