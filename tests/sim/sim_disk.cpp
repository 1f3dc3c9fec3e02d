#include "sim_disk.h"

#include <algorithm>

namespace kinode::sim {

using store::Durability;

Result<std::optional<Bytes>> SimDisk::get(std::string_view key) const {
  const auto it = live_.find(key);
  if (it == live_.end()) return std::nullopt;
  return it->second;
}

Status SimDisk::put(std::string_view key, ByteView value, Durability durability) {
  store::WriteBatch batch;
  batch.put(std::string(key), Bytes::copy(value));
  return write(batch, durability);
}

Status SimDisk::try_put(std::string_view key, ByteView value) {
  // Now and then the store has to catch up; which time is that depends on nothing but the writes.
  if (writes_ % 7 == 3) {
    ++writes_;
    return fail(Code::kOverloaded, "the store is catching up (simulated): wait");
  }
  return put(key, value, Durability::kProcess);
}

Status SimDisk::erase(std::string_view key, Durability durability) {
  store::WriteBatch batch;
  batch.erase(std::string(key));
  return write(batch, durability);
}

void SimDisk::apply(const std::string& key, const std::optional<Bytes>& value) {
  if (value) {
    live_.insert_or_assign(key, *value);
  } else if (const auto it = live_.find(key); it != live_.end()) {
    live_.erase(it);
  }
  if (!key.starts_with("kernel:")) history_[key].push_back(value);
}

Status SimDisk::write(const store::WriteBatch& batch, Durability durability) {
  if (full_) return fail(Code::kIo, "the disk is full (simulated): free some space");
  ++writes_;
  if (lose_in_ > 0) {
    --lose_in_;
    if (lose_in_ == 0) return {};
  }
  const bool reaches = writes_left_ > 0;
  if (reaches) --writes_left_;
  for (const auto& operation : batch.operations) {
    if (may_lose_power_ || !reaches) {
      const auto it = live_.find(operation.key);
      (reaches ? unsynced_ : unwritten_)
          .push_back({operation.key, it == live_.end() ? std::nullopt : std::optional(it->second)});
    }
    apply(operation.key, operation.value);
  }
  if (reaches && durability == Durability::kPower) unsynced_.clear();
  return {};
}

Status SimDisk::scan(std::string_view prefix, const Visit& visit) const {
  for (auto it = live_.lower_bound(prefix); it != live_.end() && it->first.starts_with(prefix);
       ++it) {
    if (!visit(it->first, it->second.view())) break;
  }
  return {};
}

Status SimDisk::sync() {
  unsynced_.clear();
  return {};
}

Status SimDisk::checkpoint(const std::string&) {
  return fail(Code::kUnsupported, "a simulated disk has no files to copy");
}

void SimDisk::undo_all(std::vector<Undo>& list) {
  for (auto it = list.rbegin(); it != list.rend(); ++it) apply(it->key, it->old);
  list.clear();
}

void SimDisk::crash(Crash kind) {
  std::unordered_map<std::string, std::vector<std::optional<Bytes>>> allowed;
  for (const auto& [key, version] : acknowledged_) allowed[key] = since(key, version);
  undo_all(unwritten_);
  if (kind == Crash::kPower) undo_all(unsynced_);
  unsynced_.clear();
  for (const auto& [key, values] : allowed) {
    const auto now = live_.find(key);
    const std::optional<Bytes> value =
        now == live_.end() ? std::nullopt : std::optional(now->second);
    if (std::find(values.begin(), values.end(), value) == values.end()) lost_ = key;
  }
  acknowledged_.clear();
  acknowledges_ = true;
  writes_left_ = ~std::uint64_t{0};
  full_ = false;
}

void SimDisk::acknowledged(const std::string& key, const std::optional<Bytes>& value) {
  if (!acknowledges_) return;
  const auto it = history_.find(key);
  if (it == history_.end()) return;
  std::size_t& known = acknowledged_[key];
  for (std::size_t i = it->second.size(); i > known; --i) {
    if (it->second[i - 1] != value) continue;
    known = i;
    return;
  }
}

std::size_t SimDisk::versions(const std::string& key) const {
  const auto it = history_.find(key);
  return it == history_.end() ? 0 : it->second.size();
}

std::vector<std::optional<Bytes>> SimDisk::since(const std::string& key,
                                                 std::size_t version) const {
  const auto it = history_.find(key);
  // Before the first write there was nothing.
  std::vector<std::optional<Bytes>> out;
  if (version == 0) out.push_back(std::nullopt);
  if (it == history_.end()) return out;
  const std::size_t from = version == 0 ? 0 : version - 1;
  out.insert(out.end(), it->second.begin() + static_cast<std::ptrdiff_t>(from), it->second.end());
  return out;
}

}  // namespace kinode::sim
