// The capabilities of one issuer that somebody holds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "crypto/keyed_hash.h"
#include "msg/capability.h"

namespace kinode::kernel {

/// Sorted by a hash of the params with a secret key, so that a guest with ten thousand of them
/// cannot make each look-up a walk through all. Most issuers have given one or two: those cost no
/// more than a vector. Not synchronised.
class CapList {
 public:
  struct Held {
    msg::SignedCapability cap;
    bool is_settled = true;
  };

  /// Null when it is not held. Valid until it is erased.
  Held* find(const msg::Capability& cap) {
    const auto it = position(cap, hash_of(cap));
    return is_at(it, cap) ? it->held.get() : nullptr;
  }
  const Held* find(const msg::Capability& cap) const {
    return const_cast<CapList*>(this)->find(cap);
  }

  /// Not one that is held already.
  void insert(Held held) {
    const std::uint64_t hash = hash_of(held.cap.cap);
    const auto at = std::ranges::upper_bound(slots_, hash, {}, &Slot::hash);
    slots_.insert(at, {hash, std::make_unique<Held>(std::move(held))});
  }

  /// One that is held.
  void erase(const msg::Capability& cap) { slots_.erase(position(cap, hash_of(cap))); }

  void for_each(auto&& visit) const {
    for (const Slot& slot : slots_) visit(slot.held->cap);
  }

  bool empty() const { return slots_.empty(); }

 private:
  struct Slot {
    std::uint64_t hash;
    std::unique_ptr<Held> held;
  };

  static std::uint64_t hash_of(const msg::Capability& cap) {
    return crypto::keyed_hash(cap.canonical_params()).low;
  }

  /// Where it is, or else where the hash ends.
  std::vector<Slot>::iterator position(const msg::Capability& cap, std::uint64_t hash) {
    auto it = std::ranges::lower_bound(slots_, hash, {}, &Slot::hash);
    while (it != slots_.end() && it->hash == hash && !is_at(it, cap)) ++it;
    return it;
  }

  bool is_at(std::vector<Slot>::const_iterator it, const msg::Capability& cap) const {
    return it != slots_.end() && it->held->cap.cap.canonical_params() == cap.canonical_params();
  }

  std::vector<Slot> slots_;
};

}  // namespace kinode::kernel
