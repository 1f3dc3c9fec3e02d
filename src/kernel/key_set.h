// A set of keys in as little memory as it takes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/key_map.h"

namespace kinode::kernel {

/// Keeps 64 bits of each key, 8 to a cache line, and is up to four fifths full: with 10,000
/// processes of 100 rights each, what a look-up costs is the memory that it has to fetch. Nobody
/// outside knows the key of the hash, so a name that happens to pass for another one cannot be
/// looked for; one in 2^57 does among a hundred. Not synchronised.
class KeySet {
 public:
  bool contains(const Key& key) const { return block_.find(key) != nullptr; }
  void insert(const Key& key) { block_.insert(key, {Slot::bits_of(key)}); }
  void erase(const Key& key) { block_.erase(key); }
  std::size_t size() const { return block_.size(); }

 private:
  struct Slot {
    static constexpr std::size_t kFullest = 8;
    std::uint64_t kept = 0;

    static std::uint64_t bits_of(const Key& key) { return key.low != 0 ? key.low : 1; }
    std::uint64_t bits() const { return kept; }
    bool has(const Key& key) const { return kept == bits_of(key); }
    bool is_free() const { return kept == 0; }
  };

  KeyBlock<Slot> block_;
};

}  // namespace kinode::kernel
