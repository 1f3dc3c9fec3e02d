#include "kernel/process_table.h"

namespace kinode::kernel {

namespace {
IdView view(const msg::ProcessId& id) { return {id.process, id.package, id.publisher}; }
}  // namespace

std::size_t ProcessTable::Hash::operator()(const IdView& id) const noexcept {
  const std::hash<std::string_view> h;
  std::size_t v = h(id.process);
  v = v * 0x9e3779b97f4a7c15u + h(id.package);
  return v * 0x9e3779b97f4a7c15u + h(id.publisher);
}

ProcessTable::Shard& ProcessTable::shard(const IdView& id) const {
  // The map uses the low bits; the shard takes high ones.
  return shards_[(Hash()(id) >> 40) % kShards];
}

RecordRef ProcessTable::find(const IdView& id) const {
  Shard& in = shard(id);
  rt::Lock lock(in.mutex);
  const auto it = in.records.find(id);
  return it == in.records.end() ? nullptr : it->second;
}

bool ProcessTable::insert(const RecordRef& record) {
  const msg::ProcessId id = record->id();
  Shard& in = shard(view(id));
  rt::Lock lock(in.mutex);
  const bool fresh = in.records.try_emplace(id, record).second;
  if (fresh) size_.fetch_add(1, std::memory_order_relaxed);
  return fresh;
}

bool ProcessTable::erase(const ProcessRecord& record) {
  RecordRef out;  // destroyed after the lock
  Shard& in = shard(view(record.id()));
  rt::Lock lock(in.mutex);
  const auto it = in.records.find(view(record.id()));
  if (it == in.records.end() || it->second.get() != &record) return false;
  out = std::move(it->second);
  in.records.erase(it);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

std::vector<RecordRef> ProcessTable::all() const {
  std::vector<RecordRef> out;
  for (auto& in : shards_) {
    rt::Lock lock(in.mutex);
    for (const auto& [id, record] : in.records) out.push_back(record);
  }
  return out;
}

std::size_t ProcessTable::size() const { return size_.load(std::memory_order_relaxed); }

}  // namespace kinode::kernel
