#include "base/random.h"

#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace kinode {
namespace {

TEST(SeededRandom, TheSameSeedGivesTheSameNumbers) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  const std::uint64_t first = a.next_u64();
  EXPECT_EQ(first, b.next_u64());
  EXPECT_NE(first, c.next_u64());
}

TEST(SeededRandom, MatchesSplitmix64) {
  // The first values for seed 0, from the algorithm's reference implementation.
  SeededRandom random(0);
  EXPECT_EQ(random.next_u64(), 0xe220a8397b1dcdafu);
  EXPECT_EQ(random.next_u64(), 0x6e789e6aa1b965f4u);
  EXPECT_EQ(random.next_u64(), 0x06c45d188009454fu);
}

TEST(SeededRandom, FillsEveryLengthCompletely) {
  for (std::size_t n = 0; n < 40; ++n) {
    SeededRandom random(n);
    // Each byte becomes something else in one of a few fills, so none is left out.
    std::vector<bool> changed(n, false);
    for (int round = 0; round < 8; ++round) {
      std::vector<std::uint8_t> bytes(n, 0);
      random.fill(bytes);
      for (std::size_t i = 0; i < n; ++i) changed[i] = changed[i] || bytes[i] != 0;
    }
    EXPECT_EQ(changed, std::vector<bool>(n, true)) << n;
  }
}

TEST(OsRandom, FillsAndDoesNotRepeat) {
  OsRandom random;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random.next_u64());
  EXPECT_EQ(seen.size(), 100u);
  std::vector<std::uint8_t> large(1'000, 0);
  random.fill(large);
  EXPECT_NE(large, std::vector<std::uint8_t>(1'000, 0));
}

TEST(IdStream, IdsAreRepeatableFromTheSeedAndDistinct) {
  SeededRandom seed_a(1);
  SeededRandom seed_b(1);
  IdStream a(seed_a);
  IdStream b(seed_b);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t id = a.next();
    EXPECT_EQ(id, b.next());
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

/// A source of nothing but zeros.
class ZeroRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = 0;
  }
};

TEST(IdStream, AnAllZeroSeedStillMakesIds) {
  ZeroRandom zero;
  IdStream ids(zero);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(ids.next());
  EXPECT_GT(seen.size(), 95u);
}

}  // namespace
}  // namespace kinode
