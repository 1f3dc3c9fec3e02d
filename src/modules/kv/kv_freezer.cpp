#include "modules/kv/kv_freezer.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "port/frozen_failure.h"
#include "port/frozen_files.h"
#include "store/rocks_link.h"

namespace kinode::kv {

namespace fs = std::filesystem;

namespace {

/// Names of the directories in `directory` that `wanted` is true for, in order.
template <class Wanted>
std::vector<std::string> directories_in(const std::string& directory, Wanted wanted) {
  std::vector<std::string> out;
  std::error_code error;
  for (const auto& child : fs::directory_iterator(directory, error)) {
    std::string name = child.path().filename().string();
    if (wanted(name) && child.is_directory(error) && !child.is_symlink(error)) {
      out.push_back(std::move(name));
    }
  }
  std::ranges::sort(out);
  return out;
}

}  // namespace

/// What is kept for one backup. Thread: any.
class KvFreezer::Kept {
 public:
  struct Database {
    std::string links;  // where the second names are
    std::vector<store::LinkedFile> files;
  };
  using DatabaseRef = std::shared_ptr<const Database>;

  explicit Kept(std::string scratch) : scratch_(std::move(scratch)) {}
  ~Kept() {
    std::error_code ignored;
    fs::remove_all(scratch_, ignored);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  /// The directory for second names of an open database.
  std::string place_of(const std::string& directory) {
    rt::Lock lock(mutex_);
    auto& place = places_[directory];
    if (place.empty()) place = fresh();
    return place;
  }

  DatabaseRef find(const std::string& directory) {
    rt::Lock lock(mutex_);
    const auto it = kept_.find(directory);
    return it == kept_.end() ? nullptr : it->second;
  }

  /// The first that is kept counts: whoever changes something keeps before it changes, so what was
  /// linked meanwhile and may be mixed comes second.
  DatabaseRef keep(const std::string& directory, Database database) {
    rt::Lock lock(mutex_);
    auto [it, is_new] = kept_.try_emplace(directory);
    if (is_new) it->second = std::make_shared<Database>(std::move(database));
    return it->second;
  }

  Result<DatabaseRef> keep_closed(const std::string& directory) {
    if (auto found = find(directory)) return found;
    std::string links;
    {
      rt::Lock lock(mutex_);
      links = fresh();
    }
    auto files = store::link_files(directory, links);
    if (files) return keep(directory, {std::move(links), std::move(*files)});
    if (auto found = find(directory)) return found;
    return std::unexpected(std::move(files.error()));
  }

  port::FrozenFailure failure;

 private:
  std::string fresh() __attribute__((requires_capability(mutex_))) {
    return fmt::format("{}/{}", scratch_, next_++);
  }

  const std::string scratch_;
  rt::Mutex mutex_;
  std::map<std::string, std::string> places_ __attribute__((guarded_by(mutex_)));
  std::map<std::string, DatabaseRef> kept_ __attribute__((guarded_by(mutex_)));
  std::uint64_t next_ __attribute__((guarded_by(mutex_))) = 1;
};

class KvFreezer::Part final : public port::FrozenPart {
 public:
  Part(std::shared_ptr<Kept> kept, std::string root, std::vector<port::FrozenEntry> directories)
      : kept_(std::move(kept)), root_(std::move(root)), directories_(std::move(directories)) {}

  Status walk(const Visit& visit) override {
    for (const auto& directory : directories_) {
      if (auto ok = visit(directory); !ok) return ok;
      if (std::ranges::count(directory.path, '/') != 2) continue;  // kv/package/database
      if (auto ok = walk_database(directory.path, visit); !ok) return ok;
    }
    return kept_->failure.status();
  }

  Result<std::unique_ptr<port::FrozenContent>> open(const port::FrozenEntry& file) override {
    const std::size_t slash = file.path.rfind('/');
    const auto database = kept_->find(on_disk(file.path.substr(0, slash)));
    if (!database) return fail(Code::kNotFound, file.path + " was not there");
    const std::string name = file.path.substr(slash + 1);
    for (const auto& linked : database->files) {
      if (linked.name != name) continue;
      if (linked.text) return port::frozen_text(*linked.text);
      return port::open_frozen(database->links + "/" + name, linked.size);
    }
    return fail(Code::kNotFound, file.path + " was not there");
  }

 private:
  /// `kv/..`, below the root.
  std::string on_disk(const std::string& path) const { return root_ + path.substr(2); }

  Status walk_database(const std::string& path, const Visit& visit) {
    auto database = kept_->keep_closed(on_disk(path));
    if (!database) return std::unexpected(std::move(database.error()));
    for (const auto& file : (*database)->files) {
      port::FrozenEntry entry;
      entry.mode = 0644;
      if (!file.text) {
        struct stat info{};
        const std::string name = (*database)->links + "/" + file.name;
        if (::lstat(name.c_str(), &info) != 0) {
          return fail(Code::kIo, fmt::format("{} has gone: leave {} alone during a backup", name,
                                             (*database)->links));
        }
        info.st_size = static_cast<off_t>(file.size);
        entry = port::entry_of(info, {});
      }
      entry.path = path + "/" + file.name;
      entry.size = file.size;
      if (auto ok = visit(entry); !ok) return ok;
    }
    return kept_->failure.status();
  }

  const std::shared_ptr<Kept> kept_;
  const std::string root_;
  const std::vector<port::FrozenEntry> directories_;
};

std::shared_ptr<KvFreezer::Kept> KvFreezer::prepared() {
  rt::Lock lock(mutex_);
  if (!prepared_) prepared_ = std::make_shared<Kept>(fmt::format("{}/{}", scratch_, next_++));
  return prepared_;
}

Status KvFreezer::prepare_freeze() {
  const auto kept = prepared();
  databases_.visit_idle([&](KvSlot& slot) {
    store::link_tables(slot.db->rocks(), slot.directory, kept->place_of(slot.directory));
  });
  return {};
}

Result<std::unique_ptr<port::FrozenPart>> KvFreezer::freeze() {
  auto kept = prepared();
  std::vector<port::FrozenEntry> directories;
  const auto add = [&](const std::string& below) {
    struct stat info{};
    if (::lstat((root_ + below).c_str(), &info) != 0) return false;
    directories.push_back(port::entry_of(info, "kv" + below));
    return true;
  };
  if (add("")) {
    const auto is_package = [](std::string_view n) { return n.find(':') != n.npos; };
    const auto is_database = [](std::string_view n) { return !n.ends_with('~'); };
    for (const auto& package : directories_in(root_, is_package)) {
      add("/" + package);
      for (const auto& name : directories_in(root_ + "/" + package, is_database)) {
        add(fmt::format("/{}/{}", package, name));
      }
    }
  }
  for (const KvSlotRef& slot : databases_.open_slots()) {
    std::string links = kept->place_of(slot->directory);
    auto files = store::link_open_database(slot->db->rocks(), slot->directory, links);
    if (!files) return std::unexpected(std::move(files.error()));
    kept->keep(slot->directory, {std::move(links), std::move(*files)});
  }
  rt::Lock lock(mutex_);
  prepared_.reset();
  live_ = kept;
  return std::make_unique<Part>(std::move(kept), root_, std::move(directories));
}

void KvFreezer::before_change(const std::string& directory) {
  std::shared_ptr<Kept> kept;
  {
    rt::Lock lock(mutex_);
    kept = live_.lock();
  }
  if (!kept) return;
  if (auto ok = kept->keep_closed(directory); !ok) kept->failure.note(std::move(ok.error()));
}

}  // namespace kinode::kv
