#include "kernel/key_set.h"

#include <gtest/gtest.h>
#include <set>

#include "base/random.h"

namespace kinode::kernel {
namespace {

/// Few places for many names.
Key key_of_name(std::uint64_t name) { return {name << 16 | (name % 7 * 0x1000 + 0xffe), 0}; }

TEST(KeySet, HoldsWhatWasInsertedUntilItIsErased) {
  KeySet set;
  EXPECT_FALSE(set.contains({2, 1}));
  set.insert({2, 1});
  set.insert({2, 1});
  EXPECT_EQ(set.size(), 1u);
  EXPECT_TRUE(set.contains({2, 1}));
  EXPECT_FALSE(set.contains({3, 1}));
  set.erase({3, 1});
  set.erase({2, 1});
  EXPECT_EQ(set.size(), 0u);
  EXPECT_FALSE(set.contains({2, 1}));
}

TEST(KeySet, AgreesWithASetWhateverCollides) {
  SeededRandom random(7);
  KeySet set;
  std::set<std::uint64_t> model;
  for (int step = 0; step < 200'000; ++step) {
    // Long runs without a gap, which wrap around.
    const std::uint64_t name = 1 + random.next_u64() % 300;
    const Key key = key_of_name(name);
    if (random.next_u64() % 2 == 0) {
      set.insert(key);
      model.insert(name);
    } else {
      set.erase(key);
      model.erase(name);
    }
    const std::uint64_t other = 1 + random.next_u64() % 300;
    ASSERT_EQ(set.contains(key_of_name(other)), model.contains(other));
    ASSERT_EQ(set.size(), model.size());
  }
}

}  // namespace
}  // namespace kinode::kernel
