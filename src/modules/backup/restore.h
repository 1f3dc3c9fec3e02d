// Brings a home back from a snapshot.
#pragma once

#include <atomic>
#include <functional>

#include "base/clock.h"
#include "modules/backup/repository.h"

namespace kinode::backup {

struct RestoreProgress {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  // of the snapshot's
};

struct RestoreOptions {
  const Clock* clock = nullptr;                          // required
  std::function<void(const RestoreProgress&)> progress;  // on the caller's thread, often
  const std::atomic<bool>* stop = nullptr;               // true: end soon with kUnavailable
  bool durable = true;                                   // survives a power cut when it is done
};

struct RestoreReport {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  Nanos took{0};
};

/// Everything is written beside `home`, into `<home>.restoring`, checked chunk by chunk, synced,
/// and then named `home` in one step; after an error nothing is there under either name. Nothing is
/// written elsewhere, whatever the snapshot says. Blocks.
/// Errors: kExists, `home` is there and not empty, or something that is no earlier attempt is in
/// the way; kCorrupt and kNotFound, with the file that cannot be restored; kIo, a full disk.
Result<RestoreReport> restore(Repository& repository, const Snapshot& snapshot,
                              const std::string& home, const RestoreOptions& options);

}  // namespace kinode::backup
