#include "modules/vfs/watches.h"

#include "base/limits.h"
#include "modules/vfs/operation.h"

namespace kinode::vfs {

Io<void> Watches::add(const msg::ProcessId& process, const VfsPath& path) {
  rt::Lock lock(mutex_);
  Watcher& watcher = watchers_[process];
  if (watcher.paths.contains(path.below_root())) return {};
  if (count_ >= limits::kVfsWatchesMax ||
      watcher.paths.size() >= limits::kVfsWatchesPerProcessMax) {
    if (watcher.paths.empty()) watchers_.erase(process);
    return io_error("too many paths are watched; a process may watch " +
                    std::to_string(limits::kVfsWatchesPerProcessMax));
  }
  watcher.paths.insert(path.below_root());
  by_path_[path.below_root()].insert(process);
  ++count_;
  return {};
}

void Watches::remove(const msg::ProcessId& process, const VfsPath& path) {
  rt::Lock lock(mutex_);
  const auto watcher = watchers_.find(process);
  if (watcher == watchers_.end() || watcher->second.paths.erase(path.below_root()) == 0) return;
  if (watcher->second.paths.empty()) watchers_.erase(watcher);
  const auto at = by_path_.find(path.below_root());
  at->second.erase(process);
  if (at->second.empty()) by_path_.erase(at);
  --count_;
}

void Watches::forget(const msg::ProcessId& process) {
  rt::Lock lock(mutex_);
  const auto watcher = watchers_.find(process);
  if (watcher == watchers_.end()) return;
  for (const auto& path : watcher->second.paths) {
    const auto at = by_path_.find(path);
    at->second.erase(process);
    if (at->second.empty()) by_path_.erase(at);
    --count_;
  }
  watchers_.erase(watcher);
}

std::vector<msg::ProcessId> Watches::of(const VfsPath& path) const {
  rt::Lock lock(mutex_);
  if (count_ == 0) return {};
  std::set<msg::ProcessId> found;
  const std::string_view whole = path.below_root();
  for (std::size_t end = whole.find('/'); end != std::string_view::npos;) {
    end = whole.find('/', end + 1);
    const auto at = by_path_.find(whole.substr(0, end));
    if (at != by_path_.end()) found.insert(at->second.begin(), at->second.end());
  }
  // Whoever watches something below has lost or got it with the whole.
  for (auto at = by_path_.lower_bound(whole); at != by_path_.end() && at->first.starts_with(whole);
       ++at) {
    if (is_at_or_below(at->first, whole)) found.insert(at->second.begin(), at->second.end());
  }
  return {found.begin(), found.end()};
}

void Watches::note_missed(const msg::ProcessId& process) {
  rt::Lock lock(mutex_);
  if (const auto it = watchers_.find(process); it != watchers_.end()) it->second.missed = true;
}

bool Watches::take_missed(const msg::ProcessId& process) {
  rt::Lock lock(mutex_);
  const auto it = watchers_.find(process);
  return it != watchers_.end() && std::exchange(it->second.missed, false);
}

std::vector<Changed> changes_of(const Order& order) {
  switch (order.action.kind) {
    case Kind::kCreateDrive:
    case Kind::kCreateDir:
    case Kind::kCreateDirAll:
    case Kind::kCreateFile:
      return {{&order.path, Change::kCreated}};
    case Kind::kOpenFile:
      if (!order.action.create) return {};
      return {{&order.path, Change::kCreated}};
    case Kind::kWrite:
    case Kind::kWriteAll:
    case Kind::kAppend:
    case Kind::kSetLen:
    case Kind::kWriteAt:
    case Kind::kAddZip:
      return {{&order.path, Change::kModified}};
    case Kind::kRemoveFile:
    case Kind::kRemoveDir:
    case Kind::kRemoveDirAll:
      return {{&order.path, Change::kRemoved}};
    case Kind::kRename:
      return {{&order.path, Change::kRemoved}, {&*order.other, Change::kCreated}};
    case Kind::kCopyFile:
      return {{&*order.other, Change::kModified}};
    default:
      return {};
  }
}

}  // namespace kinode::vfs
