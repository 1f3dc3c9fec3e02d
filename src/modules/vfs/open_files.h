// Which process has which file open, and where it stands in it (io.md 8.5).
#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "modules/vfs/vfs_path.h"
#include "rt/mutex.h"

namespace kinode::vfs {

/// An open file, read and written by offset only: where somebody stands in it is theirs (R2).
struct Handle {
  Fd fd;
  bool writable = false;
};
using HandleRef = std::shared_ptr<const Handle>;

/// One run of a process: what it still has at work when it ends leaves nothing to the next run.
struct Run {
  bool has_ended = false;  // guarded by OpenFiles
};
using RunRef = std::shared_ptr<Run>;

/// Cursors per process and path, and their descriptors as long as there are enough of them: whoever
/// was used longest ago loses its own (Q6), keeps its cursor, and gets another when it is used
/// again. A descriptor that is being used is closed by whoever uses it last, so nobody waits (D9).
/// Thread: any.
class OpenFiles {
 public:
  /// The present run; the same until forget(). For put and set_cursor.
  RunRef run_of(const msg::ProcessId& process);

  struct Found {
    HandleRef handle;  // null: to be opened
    std::uint64_t cursor = 0;
    std::uint64_t epoch = 0;  // for put
  };
  Found find(const msg::ProcessId& process, const VfsPath& path);

  struct Put {
    bool kept = false;       // false: the process has too many files open
    bool hit_limit = false;  // somebody lost a descriptor for it
  };
  /// Remembers where the process stands and, unless names have changed since `epoch`, what it has
  /// open. What loses its descriptor is closed here, so it may block. Of a run that has ended
  /// nothing is remembered.
  Put put(const msg::ProcessId& process, const RunRef& run, const VfsPath& path, HandleRef handle,
          std::uint64_t cursor, std::uint64_t epoch);

  /// False: the process has too many files open.
  bool set_cursor(const msg::ProcessId& process, const RunRef& run, const VfsPath& path,
                  std::uint64_t cursor);

  void close(const msg::ProcessId& process, const VfsPath& path);

  /// Everything of a process that has ended.
  void forget(const msg::ProcessId& process);

  /// The names at and below `path` mean something else now: nobody has it open any more (R4).
  void forget_below(const VfsPath& path);

  /// Files of these names may be others now; whoever stood in one stays where it was.
  void reopen_below(const VfsPath& path);

  /// From the descriptor manager; closes what is too much, so it may block.
  void set_limit(std::size_t descriptors);

  /// Descriptors held, and files with a cursor.
  std::size_t descriptors() const;
  std::size_t files() const;

 private:
  struct Entry;
  using Order = std::list<Entry*>;
  struct Entry {
    const msg::ProcessId* process = nullptr;
    const std::string* path = nullptr;
    HandleRef handle;
    std::uint64_t cursor = 0;
    Order::iterator place;  // while it has a handle
  };
  using Files = std::map<std::string, Entry, std::less<>>;
  using Closing = std::vector<HandleRef>;

  Entry* entry_of(const msg::ProcessId& process, const VfsPath& path, bool make)
      __attribute__((requires_capability(mutex_)));
  void drop_handle(Entry& entry, Closing& closing) __attribute__((requires_capability(mutex_)));
  void erase(const msg::ProcessId& process, const std::string& path, Closing& closing)
      __attribute__((requires_capability(mutex_)));
  bool shrink(Closing& closing) __attribute__((requires_capability(mutex_)));

  mutable rt::Mutex mutex_;
  std::unordered_map<msg::ProcessId, RunRef> runs_ __attribute__((guarded_by(mutex_)));
  std::unordered_map<msg::ProcessId, Files> open_ __attribute__((guarded_by(mutex_)));
  Order order_ __attribute__((guarded_by(mutex_)));  // used longest ago first
  std::size_t limit_ __attribute__((guarded_by(mutex_))) = limits_first();
  std::uint64_t epoch_ __attribute__((guarded_by(mutex_))) = 0;

  static std::size_t limits_first();
};

}  // namespace kinode::vfs
