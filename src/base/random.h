// Randomness comes in through constructors, so that a test can replay it from a seed.
#pragma once

#include <cstdint>
#include <span>

namespace kinode {

/// Thread: OsRandom from any thread; SeededRandom from one.
class Random {
 public:
  virtual ~Random() = default;

  /// Fills all of `out`.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64();
};

/// The operating system's generator (getrandom); fit for keys.
class OsRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

/// Repeatable numbers for tests and simulation (splitmix64); not for keys.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

 private:
  std::uint64_t state_;
};

/// Message ids: fast, seeded once from a `Random`, not fit for keys (xoshiro256++, Blackman and
/// Vigna 2018). One thread at a time.
class IdStream {
 public:
  explicit IdStream(Random& seed);
  std::uint64_t next();

 private:
  std::uint64_t s_[4];
};

}  // namespace kinode
