// Writes what parts of a home show into a repository.
#pragma once

#include <atomic>
#include <functional>
#include <span>

#include "base/clock.h"
#include "modules/backup/repository.h"
#include "port/frozen.h"

namespace kinode::backup {

struct BackupProgress {
  std::uint64_t entries = 0;  // so far: files, directories and links
  std::uint64_t bytes = 0;    // of files so far, read or known from an earlier backup
  std::uint64_t bytes_stored = 0;
};

struct BackupOptions {
  const Clock* clock = nullptr;  // required
  Random* random = nullptr;      // required, fit for keys
  std::string node;              // whose home this is; an earlier backup of it saves reading
  std::string holder;            // who writes, for the sentence that refuses a second one
  std::function<void(const BackupProgress&)>
      progress;                             // on the caller's thread, often; may be none
  const std::atomic<bool>* stop = nullptr;  // true: end soon with kUnavailable
  std::size_t workers = 3;  // threads beside the caller's: one of them usually waits for the target
  bool gentle = true;       // they give way to the programs of a running node
};

struct BackupReport {
  Snapshot snapshot;               // as it was written
  std::uint64_t bytes_read = 0;    // of files; the rest was known by its version
  std::uint64_t bytes_stored = 0;  // that the target has more now, verified
  std::uint64_t chunks_new = 0;
  Nanos took{0};
};

/// One backup. Everything new is read back from the target and compared before the snapshot that
/// needs it is written, last. After an error or a crash the repository is as before, but for packs
/// that the next backup uses.
///
/// Thread: one at a time per repository, also across machines (kUnavailable says who writes);
/// blocks. It reads the parts on the caller's thread.
Result<BackupReport> write_backup(Repository& repository, std::span<port::FrozenPart* const> parts,
                                  const BackupOptions& options);

}  // namespace kinode::backup
