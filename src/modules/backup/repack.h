// Throws away chunks that nobody needs or nobody can read.
#pragma once

#include <atomic>
#include <functional>
#include <unordered_set>

#include "base/clock.h"
#include "modules/backup/repository.h"

namespace kinode::backup {

using ChunkIds = std::unordered_set<ChunkId, ChunkIdHash>;

struct RepackOptions {
  const Clock* clock = nullptr;      // required
  Random* random = nullptr;          // required, fit for keys
  const ChunkIds* needed = nullptr;  // none: all are
  bool check = false;                // read every chunk; those that are damaged are thrown away
  std::function<void(std::uint64_t done, std::uint64_t packs)> progress;
  const std::atomic<bool>* stop = nullptr;  // true: end soon with kUnavailable
  std::size_t workers = 2;                  // threads beside the caller's
};

struct RepackReport {
  std::uint64_t packs_removed = 0;
  std::uint64_t packs_written = 0;
  std::uint64_t bytes_before = 0;  // of all packs
  std::uint64_t bytes_after = 0;
  std::uint64_t chunks_damaged = 0;
};

/// Packs of which a quarter is not needed, or anything is damaged, are written anew with the rest
/// of their chunks, read back, and then removed; so are all indexes. Whatever interrupts it, every
/// chunk that is needed is there. The caller holds the writer's lock. Blocks.
Result<RepackReport> repack(Repository& repository, const RepackOptions& options);

}  // namespace kinode::backup
