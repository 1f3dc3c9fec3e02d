#include "crypto/keyed_hash.h"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <utility>

namespace kinode::crypto {
namespace {

TEST(KeyedHashes, EqualTextsHaveEqualHashes) {
  EXPECT_EQ(keyed_hash("a.os@p:k:sys"), keyed_hash(std::string("a.os@p:k:sys")));
  EXPECT_EQ(keyed_hash(""), keyed_hash({}));
}

TEST(KeyedHashes, OtherTextsHaveOthersAndNoneIsNothing) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  for (int i = 0; i < 100'000; ++i) {
    const KeyedHash hash = keyed_hash("p" + std::to_string(i));
    EXPECT_NE(hash, KeyedHash{});
    seen.emplace(hash.low, hash.high);
  }
  EXPECT_EQ(seen.size(), 100'000u);
}

}  // namespace
}  // namespace kinode::crypto
