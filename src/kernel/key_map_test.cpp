#include "kernel/key_map.h"

#include <gtest/gtest.h>
#include <set>

#include "base/random.h"

namespace kinode::kernel {
namespace {

TEST(KeySet, HoldsWhatWasInsertedUntilItIsErased) {
  KeySet set;
  EXPECT_FALSE(set.contains({1, 2}));
  set.insert({1, 2});
  set.insert({1, 2});
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.contains({1, 2}));
  EXPECT_FALSE(set.contains({1, 3}));
  set.erase({1, 3});
  set.erase({1, 2});
  EXPECT_EQ(set.size(), 0u);
  EXPECT_FALSE(set.contains({1, 2}));
}

TEST(KeySet, AgreesWithASetWhateverCollides) {
  SeededRandom random(7);
  KeySet set;
  std::set<std::uint64_t> model;
  for (int step = 0; step < 200'000; ++step) {
    // Few places for many keys: long runs without a gap, which wrap around.
    const std::uint64_t name = 1 + random.next_u64() % 300;
    const Key key{name % 7 * 0x1000 + 0xffe, name};
    if (random.next_u64() % 2 == 0) {
      set.insert(key);
      model.insert(name);
    } else {
      set.erase(key);
      model.erase(name);
    }
    const std::uint64_t other = 1 + random.next_u64() % 300;
    ASSERT_EQ(set.contains({other % 7 * 0x1000 + 0xffe, other}), model.contains(other));
    ASSERT_EQ(set.size(), model.size());
  }
}

}  // namespace
}  // namespace kinode::kernel
