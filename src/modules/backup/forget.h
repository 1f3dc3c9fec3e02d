// Which backups stay, and room for new ones.
#pragma once

#include "modules/backup/repack.h"

namespace kinode::backup {

/// For each node: its newest backups, and the newest one of each of the last days, weeks and months
/// that have any (UTC; weeks begin on Monday). What no rule keeps is forgotten.
struct KeepRules {
  std::size_t last = 0;
  std::size_t days = 0;
  std::size_t weeks = 0;
  std::size_t months = 0;
};

/// The ids of those that stay. `snapshots` in any order.
std::vector<ObjectId> kept_snapshots(std::vector<Snapshot> snapshots, const KeepRules& rules);

struct ForgetReport {
  std::uint64_t forgotten = 0;
  std::uint64_t kept = 0;
  RepackReport packs;
};

/// Removes the other snapshots, and then the chunks that no snapshot needs. `options.needed` is
/// found here. Errors: kInvalid, rules that keep nothing; kUnavailable, somebody writes; kCorrupt,
/// a snapshot cannot be read to its end, so that nobody knows what it needs. Blocks.
Result<ForgetReport> forget(Repository& repository, const KeepRules& rules, RepackOptions options);

/// Throws away what is damaged, also snapshots whose first page is: the next backup stores chunks
/// again that the node still has, and older backups that need them are whole again, too. Errors:
/// kUnavailable, somebody writes; of the target. Blocks.
struct RepairReport {
  std::uint64_t snapshots_removed = 0;
  RepackReport packs;
};
Result<RepairReport> repair(Repository& repository, RepackOptions options);

}  // namespace kinode::backup
