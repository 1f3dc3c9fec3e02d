// A set of keys in as little memory as it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernel/key_map.h"

namespace kinode::kernel {

/// Keeps 64 bits of each key, 8 to a cache line, and is up to four fifths full: with 10,000
/// processes of 100 rights each, what a look-up costs is the memory that it has to fetch. Nobody
/// outside knows the key of the hash, so a name that happens to pass for another one cannot be
/// looked for; one in 2^57 does among a hundred. Not synchronised.
class KeySet {
 public:
  bool contains(const Key& key) const {
    const std::uint64_t bits = bits_of(key);
    if (count_ == 0) return false;
    for (std::size_t i = home(bits);; i = next(i)) {
      if (slots_[i] == bits) return true;
      if (slots_[i] == kFree) return false;
    }
  }

  void insert(const Key& key) {
    if (contains(key)) return;
    if (5 * (count_ + 1) > 4 * slots_.size()) grow();
    place(bits_of(key));
    ++count_;
  }

  void erase(const Key& key) {
    if (!contains(key)) return;
    std::size_t hole = home(bits_of(key));
    while (slots_[hole] != bits_of(key)) hole = next(hole);
    // Whoever follows without a gap moves up, unless that would put it before its home.
    for (std::size_t i = next(hole); slots_[i] != kFree; i = next(i)) {
      const std::size_t distance = (i - home(slots_[i])) & (slots_.size() - 1);
      if (distance < ((i - hole) & (slots_.size() - 1))) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = kFree;
    --count_;
  }

  std::size_t size() const { return count_; }

 private:
  static constexpr std::uint64_t kFree = 0;

  static std::uint64_t bits_of(const Key& key) { return key.low != kFree ? key.low : 1; }
  std::size_t home(std::uint64_t bits) const { return bits & (slots_.size() - 1); }
  std::size_t next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }

  void place(std::uint64_t bits) {
    std::size_t i = home(bits);
    while (slots_[i] != kFree) i = next(i);
    slots_[i] = bits;
  }

  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? 8 : 2 * slots_.size());
    old.swap(slots_);
    for (const std::uint64_t bits : old) {
      if (bits != kFree) place(bits);
    }
  }

  std::vector<std::uint64_t> slots_;
  std::size_t count_ = 0;
};

}  // namespace kinode::kernel
