#include "store/mem_kv.h"

namespace kinode::store {

Status MemKv::begin_write() {
  if (writes_left_ == 0) return fail(Code::kIo, "the disk is full (simulated): free some space");
  --writes_left_;
  return {};
}

Result<std::optional<Bytes>> MemKv::get(std::string_view key) const {
  rt::Lock lock(mutex_);
  const auto it = live_.find(key);
  if (it == live_.end()) return std::nullopt;
  return it->second;
}

Status MemKv::put(std::string_view key, ByteView value, Durability durability) {
  WriteBatch batch;
  batch.put(std::string(key), Bytes::copy(value));
  return write(batch, durability);
}

Status MemKv::try_put(std::string_view key, ByteView value) {
  return put(key, value, Durability::kProcess);
}

Status MemKv::erase(std::string_view key, Durability durability) {
  WriteBatch batch;
  batch.erase(std::string(key));
  return write(batch, durability);
}

Status MemKv::write(const WriteBatch& batch, Durability durability) {
  rt::Lock lock(mutex_);
  if (auto ok = begin_write(); !ok) return ok;
  for (const auto& operation : batch.operations) {
    if (operation.value) {
      live_[operation.key] = *operation.value;
    } else {
      live_.erase(operation.key);
    }
  }
  if (durability == Durability::kPower) synced_ = live_;
  return {};
}

Status MemKv::scan(std::string_view prefix, const Visit& visit) const {
  Map copy;  // `visit` may call back into the store
  {
    rt::Lock lock(mutex_);
    for (auto it = live_.lower_bound(prefix); it != live_.end() && it->first.starts_with(prefix);
         ++it) {
      copy.insert(*it);
    }
  }
  for (const auto& [key, value] : copy) {
    if (!visit(key, value.view())) break;
  }
  return {};
}

Status MemKv::sync() {
  rt::Lock lock(mutex_);
  synced_ = live_;
  return {};
}

Status MemKv::checkpoint(const std::string&) {
  return fail(Code::kUnsupported, "a store in memory has no files to copy");
}

void MemKv::lose_power() {
  rt::Lock lock(mutex_);
  live_ = synced_;
}

void MemKv::fail_after(std::uint64_t writes) {
  rt::Lock lock(mutex_);
  writes_left_ = writes;
}

}  // namespace kinode::store
