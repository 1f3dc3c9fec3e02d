// Small tables of keys that are as good as random: hashes with a secret key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "crypto/keyed_hash.h"

namespace kinode::kernel {

using Key = crypto::KeyedHash;

/// Open addressing in one block of memory, so that a look-up costs one cache miss or two. A Slot
/// made by default is free; `bits()` say where it is at home, `has(key)` whether it is the key's,
/// and `kFullest` how many of ten may be taken before the block grows. Not synchronised.
template <class Slot>
class KeyBlock {
 public:
  /// Valid until the block changes.
  const Slot* find(const Key& key) const {
    if (count_ == 0) return nullptr;
    for (std::size_t i = home(Slot::bits_of(key));; i = next(i)) {
      if (slots_[i].has(key)) return &slots_[i];
      if (slots_[i].is_free()) return nullptr;
    }
  }

  /// False: the key is there already, with the slot it has.
  bool insert(const Key& key, Slot slot) {
    if (find(key) != nullptr) return false;
    if (10 * (count_ + 1) > Slot::kFullest * slots_.size()) grow();
    place(std::move(slot));
    ++count_;
    return true;
  }

  /// False: it was not there.
  bool erase(const Key& key) {
    const Slot* found = find(key);
    if (found == nullptr) return false;
    auto hole = static_cast<std::size_t>(found - slots_.data());
    // Whoever follows without a gap moves up, unless that would put it before its home.
    for (std::size_t i = next(hole); !slots_[i].is_free(); i = next(i)) {
      const std::size_t distance = (i - home(slots_[i].bits())) & (slots_.size() - 1);
      if (distance < ((i - hole) & (slots_.size() - 1))) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = Slot{};
    --count_;
    return true;
  }

  /// Calls `visit(slot)` for each that is taken, in no order.
  void for_each(auto&& visit) const {
    for (const Slot& slot : slots_) {
      if (!slot.is_free()) visit(slot);
    }
  }

  std::size_t size() const { return count_; }

 private:
  std::size_t home(std::uint64_t bits) const { return bits & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void place(Slot slot) {
    std::size_t i = home(slot.bits());
    while (!slots_[i].is_free()) i = next(i);
    slots_[i] = std::move(slot);
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 4 : 2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old) {
      if (!slot.is_free()) place(std::move(slot));
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

/// Keys and what belongs to them. Not synchronised.
template <class Value>
class KeyMap {
 public:
  /// Valid until the map changes.
  const Value* find(const Key& key) const {
    const Slot* slot = block_.find(key);
    return slot != nullptr ? &slot->value : nullptr;
  }

  /// False: the key is there already, with the value it has.
  bool insert(const Key& key, Value value) { return block_.insert(key, {key, std::move(value)}); }

  /// False: it was not there.
  bool erase(const Key& key) { return block_.erase(key); }

  /// Calls `visit(value)` for each, in no order.
  void for_each(auto&& visit) const {
    block_.for_each([&](const Slot& slot) { visit(slot.value); });
  }

  std::size_t size() const { return block_.size(); }

 private:
  struct Slot {
    static constexpr std::size_t kFullest = 5;
    Key key;
    Value value;

    static std::uint64_t bits_of(const Key& of) { return of.low; }
    std::uint64_t bits() const { return key.low; }
    bool has(const Key& other) const { return key == other; }
    bool is_free() const { return key == Key{}; }
  };

  KeyBlock<Slot> block_;
};

}  // namespace kinode::kernel
