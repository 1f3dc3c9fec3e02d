// A small set of keys that are as good as random: hashes with a secret key.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "crypto/keyed_hash.h"

namespace kinode::kernel {

/// Open addressing in one block of memory, so that a look-up costs one cache miss or two. Not
/// synchronised.
class KeySet {
 public:
  using Key = crypto::KeyedHash;

  bool contains(const Key& key) const {
    if (count_ == 0) return false;
    for (std::size_t i = home(key);; i = next(i)) {
      if (slots_[i] == key) return true;
      if (is_free(slots_[i])) return false;
    }
  }

  void insert(const Key& key) {
    if (contains(key)) return;
    if (2 * (count_ + 1) > slots_.size()) grow();
    place(key);
    ++count_;
  }

  void erase(const Key& key) {
    if (!contains(key)) return;
    std::size_t hole = home(key);
    while (slots_[hole] != key) hole = next(hole);
    // Whoever follows without a gap moves up, unless that would put it before its home.
    for (std::size_t i = next(hole); !is_free(slots_[i]); i = next(i)) {
      const std::size_t distance = (i - home(slots_[i])) & (slots_.size() - 1);
      if (distance < ((i - hole) & (slots_.size() - 1))) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = Key{};
    --count_;
  }

  std::size_t size() const { return count_; }

 private:
  static bool is_free(const Key& key) { return key == Key{}; }
  std::size_t home(const Key& key) const { return key.low & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void place(const Key& key) {
    std::size_t i = home(key);
    while (!is_free(slots_[i])) i = next(i);
    slots_[i] = key;
  }

  void grow() {
    std::vector<Key> old(slots_.empty() ? 4 : 2 * slots_.size());
    old.swap(slots_);
    for (const Key& key : old) {
      if (!is_free(key)) place(key);
    }
  }

  std::vector<Key> slots_;
  std::size_t count_ = 0;
};

}  // namespace kinode::kernel
