#include "kernel/cap_table.h"

namespace kinode::kernel {

namespace {

bool is_messaging(const msg::Capability& cap) {
  return cap.canonical_params() == msg::kMessagingParams;
}

}  // namespace

bool CapTable::has(const msg::Capability& cap) const { return signature(cap).has_value(); }

bool CapTable::can_message(const msg::Address& issuer) const { return can_message(key_of(issuer)); }

bool CapTable::can_message(const Key& issuer) const {
  rt::Lock lock(mutex_);
  return messaging_.contains(issuer);
}

std::optional<Bytes> CapTable::signature(const msg::Capability& cap) const {
  rt::Lock lock(mutex_);
  const auto it = by_issuer_.find(cap.issuer());
  if (it == by_issuer_.end()) return std::nullopt;
  const CapList::Held* held = it->second.find(cap);
  if (held == nullptr) return std::nullopt;
  return held->cap.signature;
}

CapTable::Added CapTable::add(const msg::SignedCapability& cap, Stored stored) {
  rt::Lock lock(mutex_);
  CapList& list = by_issuer_[cap.cap.issuer()];
  if (CapList::Held* held = list.find(cap.cap)) {
    if (!cap.signature.empty()) held->cap.signature = cap.signature;
    return held->is_settled ? Added::kHeld : Added::kNew;
  }
  if (count_ >= count_max_) {
    if (list.empty()) by_issuer_.erase(cap.cap.issuer());
    return Added::kFull;
  }
  list.insert({cap, stored == Stored::kYes});
  if (is_messaging(cap.cap)) messaging_.insert(key_of(cap.cap.issuer()));
  ++count_;
  version_.fetch_add(1, std::memory_order_release);
  return Added::kNew;
}

bool CapTable::remove_if(const msg::Capability& cap, auto&& may_go) {
  rt::Lock lock(mutex_);
  const auto it = by_issuer_.find(cap.issuer());
  if (it == by_issuer_.end()) return false;
  const CapList::Held* held = it->second.find(cap);
  if (held == nullptr || !may_go(*held)) return false;
  it->second.erase(cap);
  if (it->second.empty()) by_issuer_.erase(it);
  if (is_messaging(cap)) messaging_.erase(key_of(cap.issuer()));
  --count_;
  version_.fetch_add(1, std::memory_order_release);
  return true;
}

void CapTable::settle(const msg::Capability& cap) {
  rt::Lock lock(mutex_);
  const auto it = by_issuer_.find(cap.issuer());
  if (it == by_issuer_.end()) return;
  if (CapList::Held* held = it->second.find(cap)) held->is_settled = true;
}

void CapTable::take_back(const msg::Capability& cap) {
  remove_if(cap, [](const CapList::Held& held) { return !held.is_settled; });
}

bool CapTable::remove(const msg::Capability& cap) {
  return remove_if(cap, [](const CapList::Held&) { return true; });
}

std::vector<msg::Capability> CapTable::remove_issuer(const msg::Address& issuer) {
  rt::Lock lock(mutex_);
  std::vector<msg::Capability> out;
  const auto it = by_issuer_.find(issuer);
  if (it == by_issuer_.end()) return out;
  it->second.for_each([&](const msg::SignedCapability& held) { out.push_back(held.cap); });
  count_ -= out.size();
  by_issuer_.erase(it);
  messaging_.erase(key_of(issuer));
  version_.fetch_add(1, std::memory_order_release);
  return out;
}

std::vector<msg::SignedCapability> CapTable::all() const {
  rt::Lock lock(mutex_);
  std::vector<msg::SignedCapability> out;
  out.reserve(count_);
  for (const auto& [issuer, list] : by_issuer_) {
    list.for_each([&](const msg::SignedCapability& held) { out.push_back(held); });
  }
  return out;
}

std::size_t CapTable::size() const {
  rt::Lock lock(mutex_);
  return count_;
}

void HolderIndex::add(const msg::ProcessId& issuer, const msg::ProcessId& holder) {
  rt::Lock lock(mutex_);
  holders_[issuer].insert(holder);
}

std::vector<msg::ProcessId> HolderIndex::take(const msg::ProcessId& issuer) {
  rt::Lock lock(mutex_);
  const auto it = holders_.find(issuer);
  if (it == holders_.end()) return {};
  std::vector<msg::ProcessId> out(it->second.begin(), it->second.end());
  holders_.erase(it);
  return out;
}

void HolderIndex::forget_holder(const msg::ProcessId& issuer, const msg::ProcessId& holder) {
  rt::Lock lock(mutex_);
  const auto it = holders_.find(issuer);
  if (it == holders_.end()) return;
  it->second.erase(holder);
  if (it->second.empty()) holders_.erase(it);
}

}  // namespace kinode::kernel
