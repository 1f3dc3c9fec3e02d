// Builds the manifest of a snapshot while chunks are still being stored.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_set>

#include "modules/backup/chunk_store.h"
#include "modules/backup/manifest.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

/// An entry whose chunks are on their way.
struct PendingEntry {
  port::FrozenEntry entry;
  std::deque<ChunkId> chunks;         // at stable addresses
  std::atomic<std::size_t> left = 1;  // chunks without an id yet, and one until `complete`

  /// No more chunks follow.
  void complete() { left.fetch_sub(1, std::memory_order_release); }
};

/// Thread: that which calls `ChunkStore::add`.
class HomeManifest {
 public:
  explicit HomeManifest(ChunkStore& store) : store_(store) {}
  ~HomeManifest() { store_.stop(); }  // its threads write into this
  HomeManifest(const HomeManifest&) = delete;
  HomeManifest& operator=(const HomeManifest&) = delete;

  /// Entries become part of the manifest in this order.
  PendingEntry& begin(port::FrozenEntry entry);

  /// Stores what is complete. Call often.
  Status drain();

  /// After the last entry: all segments' ids. The store is then waited for.
  Result<std::vector<ChunkId>> finish();

 private:
  Status write(const PendingEntry& entry);
  Status end_segment();

  ChunkStore& store_;
  std::deque<PendingEntry> pending_;
  WireWriter segment_;
  std::size_t entries_ = 0;
  std::deque<ChunkId> segments_;
  std::atomic<std::size_t> left_ = 0;
};

}  // namespace kinode::backup
