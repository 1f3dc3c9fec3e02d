// Reads all of a repository and says what is not as it was written.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "modules/backup/repository.h"

namespace kinode::backup {

struct VerifyProgress {
  std::uint64_t packs = 0;
  std::uint64_t packs_all = 0;
};

struct VerifyOptions {
  std::function<void(const VerifyProgress&)> progress;  // on the caller's thread; may be none
  const std::atomic<bool>* stop = nullptr;              // true: end soon with kUnavailable
  std::size_t workers = 2;                              // threads beside the caller's
};

struct VerifyReport {
  std::uint64_t packs = 0;
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;  // of packs
  std::uint64_t snapshots = 0;
  std::uint64_t files = 0;            // of all snapshots
  std::vector<std::string> findings;  // a sentence each; empty: all is well
  bool more_findings = false;         // than limits::kBackupFindingsMax
};

/// Every object and every chunk is read, decrypted and compared; then what that means for the files
/// of each snapshot. Damage is a finding; an error is that the target cannot be read at all.
/// Blocks.
Result<VerifyReport> verify(Repository& repository, const VerifyOptions& options);

}  // namespace kinode::backup
