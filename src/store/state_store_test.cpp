// Saved state of processes.
#include "store/state_store.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "store/mem_kv.h"

namespace kinode::store {
namespace {

const msg::ProcessId kP{"p", "k", "sys"};

TEST(StateStore, KeepsOneValuePerProcessUnderItsId) {
  MemKv kv;
  StateStore store(kv, Durability::kProcess);
  EXPECT_EQ(store.get(kP).value(), std::nullopt);
  ASSERT_TRUE(store.set(kP, as_bytes("1")));
  ASSERT_TRUE(store.try_set(kP, as_bytes("2")));
  EXPECT_EQ(store.get(kP).value().value().text(), "2");
  EXPECT_EQ(kv.get("p:k:sys").value().value().text(), "2");
  EXPECT_EQ(store.get({"q", "k", "sys"}).value(), std::nullopt);
  ASSERT_TRUE(store.clear(kP));
  ASSERT_TRUE(store.clear(kP));
  EXPECT_EQ(store.get(kP).value(), std::nullopt);
}

TEST(StateStore, Fault28_AValueIsBounded) {
  MemKv kv;
  StateStore store(kv, Durability::kProcess);
  const ByteVector largest(limits::kStateBytesMax);
  ASSERT_TRUE(store.set(kP, largest));
  const ByteVector more(limits::kStateBytesMax + 1);
  for (const auto& refused : {store.set(kP, more), store.try_set(kP, more)}) {
    EXPECT_EQ(refused.error().code, Code::kOverloaded);
    EXPECT_NE(refused.error().detail.find("keep large data in files"), std::string::npos);
  }
  EXPECT_EQ(store.get(kP).value().value().size(), largest.size());
}

TEST(StateStore, SyncedWritesSurviveALossOfPowerAndDoNotPretendToBeQuick) {
  MemKv kv;
  StateStore store(kv, Durability::kPower);
  EXPECT_EQ(store.try_set(kP, as_bytes("1")).error().code, Code::kOverloaded);
  EXPECT_EQ(store.get(kP).value(), std::nullopt);
  ASSERT_TRUE(store.set(kP, as_bytes("1")));
  kv.lose_power();
  EXPECT_EQ(store.get(kP).value().value().text(), "1");
  ASSERT_TRUE(store.clear(kP));
  kv.lose_power();
  EXPECT_EQ(store.get(kP).value(), std::nullopt);
}

TEST(StateStore, AFullDiskIsAnErrorAndTheOldValueStays) {
  MemKv kv;
  StateStore store(kv, Durability::kProcess);
  ASSERT_TRUE(store.set(kP, as_bytes("1")));
  kv.fail_after(0);
  EXPECT_EQ(store.set(kP, as_bytes("2")).error().code, Code::kIo);
  EXPECT_EQ(store.clear(kP).error().code, Code::kIo);
  EXPECT_EQ(store.get(kP).value().value().text(), "1");
}

}  // namespace
}  // namespace kinode::store
