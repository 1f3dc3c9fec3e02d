// Small tables of keys that are as good as random: hashes with a secret key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "crypto/keyed_hash.h"

namespace kinode::kernel {

using Key = crypto::KeyedHash;

/// Open addressing in one block of memory, so that a look-up costs one cache miss or two. Not
/// synchronised.
template <class Value>
class KeyMap {
 public:
  /// Valid until the map changes.
  const Value* find(const Key& key) const {
    if (count_ == 0) return nullptr;
    for (std::size_t i = home(key);; i = next(i)) {
      if (slots_[i].key == key) return &slots_[i].value;
      if (is_free(slots_[i])) return nullptr;
    }
  }

  /// False: the key is there already, with the value it has.
  bool insert(const Key& key, Value value) {
    if (find(key) != nullptr) return false;
    if (2 * (count_ + 1) > slots_.size()) grow();
    place({key, std::move(value)});
    ++count_;
    return true;
  }

  /// False: it was not there.
  bool erase(const Key& key) {
    if (find(key) == nullptr) return false;
    std::size_t hole = home(key);
    while (slots_[hole].key != key) hole = next(hole);
    // Whoever follows without a gap moves up, unless that would put it before its home.
    for (std::size_t i = next(hole); !is_free(slots_[i]); i = next(i)) {
      const std::size_t distance = (i - home(slots_[i].key)) & (slots_.size() - 1);
      if (distance < ((i - hole) & (slots_.size() - 1))) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = Slot{};
    --count_;
    return true;
  }

  /// Calls `visit(value)` for each, in no order.
  void for_each(auto&& visit) const {
    for (const Slot& slot : slots_) {
      if (!is_free(slot)) visit(slot.value);
    }
  }

  std::size_t size() const { return count_; }

 private:
  struct Slot {
    Key key;
    Value value;
  };

  static bool is_free(const Slot& slot) { return slot.key == Key{}; }
  std::size_t home(const Key& key) const { return key.low & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void place(Slot slot) {
    std::size_t i = home(slot.key);
    while (!is_free(slots_[i])) i = next(i);
    slots_[i] = std::move(slot);
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? 4 : 2 * slots_.size());
    old.swap(slots_);
    for (Slot& slot : old) {
      if (!is_free(slot)) place(std::move(slot));
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace kinode::kernel
