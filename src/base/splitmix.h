// Repeatable numbers in a few instructions.
#pragma once

#include <cstdint>

namespace kinode {

/// splitmix64 (Steele, Lea, Flood 2014): the next number after `state`, which moves on. Not for
/// keys.
constexpr std::uint64_t splitmix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15u;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

}  // namespace kinode
