#include "modules/sqlite/sqlite_freezer.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "port/frozen_failure.h"
#include "port/frozen_files.h"

namespace kinode::sqlite {

namespace fs = std::filesystem;

namespace {

using SnapshotRef = std::shared_ptr<SqliteSnapshot>;

std::string file_in(const std::string& directory) {
  return directory + "/" + fs::path(directory).filename().string() + ".db";
}

class Content final : public port::FrozenContent {
 public:
  Content(SnapshotRef snapshot, SqliteSnapshot::Which which, std::uint64_t size)
      : snapshot_(std::move(snapshot)), which_(which), size_(size) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= size_) return 0;
    const std::size_t count = std::min<std::uint64_t>({into.size(), size_ - offset, 1u << 30});
    auto ok = snapshot_->read(which_, offset, into.first(count));
    if (!ok) return std::unexpected(std::move(ok.error()));
    return count;
  }

 private:
  const SnapshotRef snapshot_;
  const SqliteSnapshot::Which which_;
  const std::uint64_t size_;
};

}  // namespace

/// What is kept for one backup. Thread: any.
class SqliteFreezer::Kept {
 public:
  /// The first counts: whoever changes something keeps before it changes.
  SnapshotRef keep(const std::string& directory, SnapshotRef snapshot) {
    rt::Lock lock(mutex_);
    auto [it, is_new] = kept_.try_emplace(directory, snapshot);
    return it->second;
  }

  /// None: nothing is there, or it has been read.
  Result<SnapshotRef> keep_closed(const std::string& directory) {
    if (auto found = find(directory)) return *found;
    const std::string file = file_in(directory);
    std::error_code error;
    if (!fs::exists(file, error)) return keep(directory, nullptr);
    SnapshotRef snapshot;
    auto opened = SqliteSnapshot::open(file);
    Status ok;
    if (opened) {
      snapshot = std::move(*opened);
      ok = snapshot->begin();
    } else {
      ok = std::unexpected(std::move(opened.error()));
    }
    if (ok) return keep(directory, std::move(snapshot));
    if (auto found = find(directory)) return *found;
    return std::unexpected(std::move(ok.error()));
  }

  /// It has been read: nothing has to be kept any more.
  void forget(const std::string& directory) {
    rt::Lock lock(mutex_);
    kept_[directory].reset();
  }

  port::FrozenFailure failure;

 private:
  std::optional<SnapshotRef> find(const std::string& directory) {
    rt::Lock lock(mutex_);
    const auto it = kept_.find(directory);
    if (it == kept_.end()) return std::nullopt;
    return it->second;
  }

  rt::Mutex mutex_;
  std::map<std::string, SnapshotRef> kept_ __attribute__((guarded_by(mutex_)));
};

class SqliteFreezer::Part final : public port::FrozenPart {
 public:
  Part(std::shared_ptr<Kept> kept, std::string root, std::vector<port::FrozenEntry> directories)
      : kept_(std::move(kept)), root_(std::move(root)), directories_(std::move(directories)) {}

  Status walk(const Visit& visit) override {
    for (const auto& directory : directories_) {
      if (auto ok = visit(directory); !ok) return ok;
      if (std::ranges::count(directory.path, '/') != 2) continue;  // sqlite/package/database
      auto ok = walk_database(directory, visit);
      kept_->forget(on_disk(directory.path));
      current_.reset();
      if (!ok) return ok;
    }
    return kept_->failure.status();
  }

  Result<std::unique_ptr<port::FrozenContent>> open(const port::FrozenEntry& file) override {
    if (!current_) {
      if (fs::path(file.path).filename().empty()) return fail(Code::kNotFound, file.path);
      return port::open_frozen(on_disk(file.path), file.size);
    }
    const auto which =
        file.path.ends_with("-wal") ? SqliteSnapshot::Which::kLog : SqliteSnapshot::Which::kFile;
    return std::make_unique<Content>(current_, which, file.size);
  }

 private:
  std::string on_disk(const std::string& path) const {
    return root_ + path.substr(std::string_view("sqlite").size());
  }

  Status walk_database(const port::FrozenEntry& directory, const Visit& visit) {
    auto snapshot = kept_->keep_closed(on_disk(directory.path));
    if (!snapshot) {
      // What SQLite does not take for a database is a file like others: nobody can write to it.
      if (snapshot.error().code == Code::kCorrupt) return walk_file(directory, visit);
      return std::unexpected(std::move(snapshot.error()));
    }
    current_ = std::move(*snapshot);
    if (!current_) return {};
    port::FrozenEntry entry = directory;
    entry.kind = port::FrozenEntry::Kind::kFile;
    entry.mode = 0644;
    entry.path = file_in(directory.path);
    entry.size = current_->file_size();
    if (auto ok = visit(entry); !ok) return ok;
    if (current_->log_size() != 0) {
      entry.path += "-wal";
      entry.size = current_->log_size();
      if (auto ok = visit(entry); !ok) return ok;
    }
    return kept_->failure.status();
  }

  Status walk_file(const port::FrozenEntry& directory, const Visit& visit) {
    struct stat info{};
    const std::string path = file_in(directory.path);
    if (::lstat(on_disk(path).c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return {};
    return visit(port::entry_of(info, path));
  }

  const std::shared_ptr<Kept> kept_;
  const std::string root_;
  const std::vector<port::FrozenEntry> directories_;
  SnapshotRef current_;
};

Status SqliteFreezer::prepare_freeze() {
  std::map<std::string, Spare> spares;
  for (const SlotRef& slot : databases_.open_slots()) {
    const std::uint64_t opening = slot->opening.load();
    // What closes just now has none, and needs none.
    auto opened = SqliteSnapshot::open(slot->file());
    if (opened) spares[slot->directory] = {opening, std::move(*opened)};
  }
  rt::Lock lock(mutex_);
  spares_ = std::move(spares);
  return {};
}

namespace {

std::vector<port::FrozenEntry> directories_below(const std::string& root) {
  std::vector<port::FrozenEntry> out;
  const auto add = [&](const std::string& below) {
    struct stat info{};
    if (::lstat((root + below).c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) return false;
    out.push_back(port::entry_of(info, "sqlite" + below));
    return true;
  };
  if (!add("")) return out;
  std::error_code error;
  for (const auto& package : fs::directory_iterator(root, error)) {
    const std::string below = "/" + package.path().filename().string();
    if (below.find(':') == std::string::npos || !add(below)) continue;
    for (const auto& database : fs::directory_iterator(package.path(), error)) {
      const std::string name = database.path().filename().string();
      if (!name.ends_with('~')) add(fmt::format("{}/{}", below, name));
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<port::FrozenPart>> SqliteFreezer::freeze() {
  auto kept = std::make_shared<Kept>();
  auto directories = directories_below(root_);
  rt::Lock lock(mutex_);
  for (const SlotRef& slot : databases_.open_slots()) {
    Spare& spare = spares_[slot->directory];
    if (!spare.snapshot || spare.opening != slot->opening.load()) {
      auto opened = SqliteSnapshot::open(slot->file());
      if (!opened) return std::unexpected(std::move(opened.error()));
      spare.snapshot = std::move(*opened);
    }
    if (auto ok = spare.snapshot->begin(); !ok) return std::unexpected(std::move(ok.error()));
    kept->keep(slot->directory, std::move(spare.snapshot));
  }
  spares_.clear();
  live_ = kept;
  return std::make_unique<Part>(std::move(kept), root_, std::move(directories));
}

void SqliteFreezer::before_change(const Slot& slot) {
  std::shared_ptr<Kept> kept;
  {
    rt::Lock lock(mutex_);
    kept = live_.lock();
  }
  if (!kept) return;
  auto ok = kept->keep_closed(slot.directory);
  // A file that is no database stays one.
  if (!ok && ok.error().code != Code::kCorrupt) kept->failure.note(std::move(ok.error()));
}

}  // namespace kinode::sqlite
