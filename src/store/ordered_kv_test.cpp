// What every ordered store does, in memory and on disk; and what only the one on disk can get
// wrong.
#include <../tests/support/scratch.h>
#include <gtest/gtest.h>

#include "store/mem_kv.h"
#include "store/rocks_kv.h"

namespace kinode::store {
namespace {

using support::corpus;
using support::Scratch;

std::string text_of(const OrderedKv& kv, std::string_view key) {
  const auto value = kv.get(key);
  if (!value) return "error: " + value.error().detail;
  return *value ? std::string((*value)->text()) : "none";
}

std::vector<std::string> keys_of(const OrderedKv& kv, std::string_view prefix) {
  std::vector<std::string> keys;
  EXPECT_TRUE(kv.scan(prefix, [&](std::string_view key, ByteView) {
    keys.emplace_back(key);
    return true;
  }));
  return keys;
}

void put(OrderedKv& kv, std::string_view key, std::string_view value) {
  ASSERT_TRUE(kv.put(key, as_bytes(value), Durability::kProcess));
}

enum class Kind { kMemory, kDisk };

class AnyKv : public testing::TestWithParam<Kind> {
 protected:
  AnyKv() {
    if (GetParam() == Kind::kMemory) {
      kv = std::make_unique<MemKv>();
    } else {
      kv = open_rocks_kv(scratch / "kv").value();
    }
  }
  Scratch scratch;
  std::unique_ptr<OrderedKv> kv;
};

INSTANTIATE_TEST_SUITE_P(Stores, AnyKv, testing::Values(Kind::kMemory, Kind::kDisk),
                         [](const auto& of) {
                           return of.param == Kind::kMemory ? "Memory" : "Disk";
                         });

TEST_P(AnyKv, GivesBackWhatWasPut) {
  EXPECT_EQ(text_of(*kv, "a"), "none");
  put(*kv, "a", "1");
  put(*kv, "a", "2");
  put(*kv, std::string_view("a\0b", 3), "");
  EXPECT_EQ(text_of(*kv, "a"), "2");
  EXPECT_EQ(text_of(*kv, std::string_view("a\0b", 3)), "");
}

TEST_P(AnyKv, TryPutIsAPut) {
  ASSERT_TRUE(kv->try_put("a", as_bytes("1")));
  EXPECT_EQ(text_of(*kv, "a"), "1");
}

TEST_P(AnyKv, ErasesAlsoWhatIsNotThere) {
  put(*kv, "a", "1");
  ASSERT_TRUE(kv->erase("a", Durability::kPower));
  ASSERT_TRUE(kv->erase("a", Durability::kProcess));
  EXPECT_EQ(text_of(*kv, "a"), "none");
}

TEST_P(AnyKv, ScansOnePrefixInOrder) {
  for (const char* key : {"b/2", "a/9", "b/10", "b", "c/1", "b/1"}) put(*kv, key, "x");
  EXPECT_EQ(keys_of(*kv, "b/"), (std::vector<std::string>{"b/1", "b/10", "b/2"}));
  EXPECT_EQ(keys_of(*kv, "d"), std::vector<std::string>{});
  EXPECT_EQ(keys_of(*kv, "").size(), 6u);
}

TEST_P(AnyKv, AScanStopsWhenItIsToldTo) {
  for (const char* key : {"1", "2", "3"}) put(*kv, key, key);
  std::string seen;
  ASSERT_TRUE(kv->scan("", [&](std::string_view, ByteView value) {
    seen += as_text(value);
    return seen.size() < 2;
  }));
  EXPECT_EQ(seen, "12");
}

TEST_P(AnyKv, AScanMayChangeTheStore) {
  for (const char* key : {"1", "2"}) put(*kv, key, key);
  ASSERT_TRUE(kv->scan("", [&](std::string_view key, ByteView) {
    EXPECT_TRUE(kv->erase(key, Durability::kProcess));
    return true;
  }));
  EXPECT_TRUE(keys_of(*kv, "").empty());
}

TEST_P(AnyKv, ABatchDoesItsOperationsInOrder) {
  put(*kv, "gone", "x");
  WriteBatch batch;
  batch.put("a", Bytes::copy("1"));
  batch.put("a", Bytes::copy("2"));
  batch.put("b", Bytes::copy("3"));
  batch.erase("b");
  batch.erase("gone");
  ASSERT_TRUE(kv->write(batch, Durability::kProcess));
  EXPECT_EQ(keys_of(*kv, ""), std::vector<std::string>{"a"});
  EXPECT_EQ(text_of(*kv, "a"), "2");
  EXPECT_TRUE(kv->write({}, Durability::kPower));
}

TEST(MemKv, LosesWithPowerWhatWasNotSynced) {
  MemKv kv;
  put(kv, "synced", "1");
  ASSERT_TRUE(kv.sync());
  put(kv, "lost", "1");
  kv.lose_power();
  EXPECT_EQ(keys_of(kv, ""), std::vector<std::string>{"synced"});
  put(kv, "earlier", "1");
  ASSERT_TRUE(kv.put("powerful", as_bytes("1"), Durability::kPower));
  kv.lose_power();
  EXPECT_EQ(keys_of(kv, ""), (std::vector<std::string>{"earlier", "powerful", "synced"}));
}

TEST(MemKv, FailsWhenToldTo) {
  MemKv kv;
  kv.fail_after(1);
  EXPECT_TRUE(kv.put("a", {}, Durability::kProcess));
  EXPECT_EQ(kv.put("b", {}, Durability::kProcess).error().code, Code::kIo);
  EXPECT_EQ(kv.erase("a", Durability::kProcess).error().code, Code::kIo);
  EXPECT_EQ(keys_of(kv, ""), std::vector<std::string>{"a"});
  kv.fail_after(1);
  EXPECT_TRUE(kv.erase("a", Durability::kProcess));
}

TEST(RocksKv, KeepsEverythingWhenItIsOpenedAgain) {
  const Scratch scratch;
  {
    const auto kv = open_rocks_kv(scratch / "kv").value();
    put(*kv, "a", "1");
    put(*kv, "b", std::string(100'000, 'x'));
    ASSERT_TRUE(kv->erase("a", Durability::kProcess));
  }
  const auto kv = open_rocks_kv(scratch / "kv").value();
  EXPECT_EQ(keys_of(*kv, ""), std::vector<std::string>{"b"});
  EXPECT_EQ(text_of(*kv, "b").size(), 100'000u);
}

TEST(RocksKv, ACheckpointIsAStoreOfItsOwn) {
  const Scratch scratch;
  const auto kv = open_rocks_kv(scratch / "kv").value();
  put(*kv, "a", "1");
  ASSERT_TRUE(kv->checkpoint(scratch / "copy"));
  put(*kv, "b", "2");
  EXPECT_EQ(keys_of(*open_rocks_kv(scratch / "copy").value(), ""), std::vector<std::string>{"a"});
  EXPECT_FALSE(kv->checkpoint(scratch / "copy"));
}

TEST(RocksKv, SaysThatAnotherNodeUsesIt) {
  const Scratch scratch;
  const auto kv = open_rocks_kv(scratch / "kv").value();
  const auto second = open_rocks_kv(scratch / "kv");
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_EQ(second.error().detail,
            "another node uses " + (scratch / "kv") + ": stop it first, or choose another home");
}

TEST(RocksKv, ADirectoryNamedBlockIsNotTakenForALock) {
  const Scratch scratch;
  scratch.write("block", "a file");
  const auto kv = open_rocks_kv(scratch / "block/kv");
  EXPECT_EQ(kv.error().code, Code::kIo);
  EXPECT_NE(kv.error().detail.find("the database in " + (scratch / "block/kv")), std::string::npos);
}

TEST(RocksKv, SaysThatItIsDamagedAndWhatToDo) {
  const Scratch scratch;
  {
    put(*open_rocks_kv(scratch / "kv").value(), "a", "1");
  }
  scratch.write("kv/CURRENT", "nonsense");
  const auto kv = open_rocks_kv(scratch / "kv");
  EXPECT_EQ(kv.error().code, Code::kCorrupt);
  EXPECT_NE(kv.error().detail.find("is damaged"), std::string::npos);
  EXPECT_NE(kv.error().detail.find("restore it from a backup"), std::string::npos);
}

TEST(RocksKv, OpensADatabaseOf810WhoseOptionsItDoesNotKnow) {
  const Scratch scratch;
  std::filesystem::copy(corpus("home-1.0.0/kernel"), scratch / "kv");
  EXPECT_FALSE(keys_of(*open_rocks_kv(scratch / "kv").value(), "").empty());
}

}  // namespace
}  // namespace kinode::store
