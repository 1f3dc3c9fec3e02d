#include "kernel/process_table.h"

namespace kinode::kernel {

RecordRef ProcessTable::find(const IdView& id) const {
  const Key key = key_of(id);
  Shard& in = shard(key);
  rt::Lock lock(in.mutex);
  const RecordRef* found = in.records.find(key);
  return found == nullptr ? nullptr : *found;
}

bool ProcessTable::insert(const RecordRef& record) {
  Shard& in = shard(record->key);
  rt::Lock lock(in.mutex);
  const bool fresh = in.records.insert(record->key, record);
  if (fresh) size_.fetch_add(1, std::memory_order_relaxed);
  return fresh;
}

bool ProcessTable::erase(const ProcessRecord& record) {
  RecordRef out;  // destroyed after the lock
  Shard& in = shard(record.key);
  rt::Lock lock(in.mutex);
  const RecordRef* found = in.records.find(record.key);
  if (found == nullptr || found->get() != &record) return false;
  out = *found;
  in.records.erase(record.key);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

std::vector<RecordRef> ProcessTable::all() const {
  std::vector<RecordRef> out;
  for (auto& in : shards_) {
    rt::Lock lock(in.mutex);
    in.records.for_each([&](const RecordRef& record) { out.push_back(record); });
  }
  return out;
}

std::size_t ProcessTable::size() const { return size_.load(std::memory_order_relaxed); }

}  // namespace kinode::kernel
