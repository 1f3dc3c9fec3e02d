// Choices that a seed decides.
#pragma once

#include <cstdint>

#include "base/splitmix.h"

namespace kinode::sim {

/// Fast, repeatable numbers (splitmix64). One thread.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return splitmix64(state_); }

  /// 0 .. n-1; n is at least 1.
  std::uint32_t below(std::uint32_t n) {
    return static_cast<std::uint32_t>(((next() >> 32) * n) >> 32);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  bool percent(std::uint32_t p) { return below(100) < p; }

 private:
  std::uint64_t state_;
};

}  // namespace kinode::sim
