// Who wants to hear of changes, and below which path.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "modules/vfs/vfs_messages.h"
#include "modules/vfs/vfs_path.h"
#include "rt/mutex.h"

namespace kinode::vfs {

/// Thread: any.
class Watches {
 public:
  /// Watches the path and everything below it. Errors: this process, or all together, watch too
  /// much.
  Io<void> add(const msg::ProcessId& process, const VfsPath& path);
  void remove(const msg::ProcessId& process, const VfsPath& path);
  void forget(const msg::ProcessId& process);

  /// Who watches `path`, each once.
  std::vector<msg::ProcessId> of(const VfsPath& path) const;

  /// Notes that an event for a process was lost, or asks whether one was, and forgets that.
  void note_missed(const msg::ProcessId& process);
  bool take_missed(const msg::ProcessId& process);

 private:
  mutable rt::Mutex mutex_;
  std::map<std::string, std::set<msg::ProcessId>, std::less<>> by_path_
      __attribute__((guarded_by(mutex_)));
  struct Watcher {
    std::set<std::string> paths;
    bool missed = false;
  };
  std::unordered_map<msg::ProcessId, Watcher> watchers_ __attribute__((guarded_by(mutex_)));
  std::size_t count_ __attribute__((guarded_by(mutex_))) = 0;
};

/// One thing that happened.
struct Changed {
  const VfsPath* path;
  Change change;
};

/// What an order that succeeded has changed; points into it.
struct Order;
std::vector<Changed> changes_of(const Order& order);

}  // namespace kinode::vfs
