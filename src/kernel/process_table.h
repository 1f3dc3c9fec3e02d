// Who is known to this node, by process id.
#pragma once

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "kernel/process_record.h"

namespace kinode::kernel {

/// Sharded, so that senders on different workers do not meet on one lock. Thread: any.
class ProcessTable {
 public:
  RecordRef find(const IdView& id) const;
  RecordRef find(const msg::ProcessId& id) const { return find(id_view(id)); }

  /// Calls `visit(record)` with the record of that key_of(id), if there is one, under the lock of a
  /// shard: briefly, and without calling the table.
  void visit(const Key& key, auto&& look) const {
    Shard& in = shard(key);
    rt::Lock lock(in.mutex);
    if (const RecordRef* found = in.records.find(key)) look(std::as_const(**found));
  }

  /// False when the name is taken.
  bool insert(const RecordRef& record);

  /// Removes `record` if it is still the one of that name.
  bool erase(const ProcessRecord& record);

  /// A copy, in no order.
  std::vector<RecordRef> all() const;
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 32;

  struct Shard {
    mutable rt::Mutex mutex;
    KeyMap<RecordRef> records __attribute__((guarded_by(mutex)));
  };

  // The map uses the low bits; the shard takes high ones.
  Shard& shard(const Key& key) const { return shards_[(key.low >> 40) % kShards]; }

  mutable std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace kinode::kernel
