// What goes wrong in the original's key-value store, and must not here (io.md 14).
#include <filesystem>
#include <gmock/gmock.h>

#include "base/limits.h"
#include "modules/kv/kv_fixture_test.h"

namespace kinode::kv {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

TEST_F(KvTest, FaultR1_WhatOneProcessAsksHappensInItsOrder) {
  body(R"("Open")");
  for (int i = 0; i < 1000; ++i) {
    tell(kAlice, request(R"({"Set":{"key":[1]}})"), std::to_string(i));
    tell(kAlice, request(R"({"Get":[1]})"));
  }
  std::vector<std::string> read;
  for (const auto& reply : replies()) {
    if (reply.blob) read.push_back(*reply.blob);
  }
  ASSERT_THAT(read, SizeIs(1000));
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(read[static_cast<std::size_t>(i)], std::to_string(i));
}

TEST_F(KvTest, FaultR7_ManyFirstUsesOpenTheDatabaseOnce) {
  for (int i = 0; i < 100; ++i) tell(i % 2 == 0 ? kAlice : kSibling, request(R"("Open")"));
  const auto all = replies();
  ASSERT_THAT(all, SizeIs(100));
  for (const auto& reply : all) EXPECT_EQ(reply.body, R"("Ok")");
}

TEST_F(KvTest, FaultR8_RemovingADatabaseInUseWaitsForItsTurn) {
  body(R"("Open")");
  const std::string tx = begin();
  set_in(tx, 1, "lost");
  tell(kAlice, request(R"({"Set":{"key":[1]}})"), "v");
  tell(kAlice, request(R"("RemoveDb")"));
  tell(kAlice, request(R"({"Get":[1]})"));
  tell(kAlice, request(R"({"Commit":{"tx_id":)" + tx + "}}"));
  tell(kAlice, request(R"({"Set":{"key":[2]}})"), "w");
  tell(kAlice, request(R"({"Get":[2]})"));
  const auto all = replies();
  ASSERT_THAT(all, SizeIs(6));
  EXPECT_EQ(all[0].body, R"("Ok")");
  EXPECT_EQ(all[1].body, R"("Ok")");
  EXPECT_THAT(all[2].body, HasSubstr("NoDb"));
  EXPECT_THAT(all[3].body, HasSubstr("NoTx"));
  EXPECT_EQ(all[4].blob.value_or(all[5].blob.value_or("")), "w");
}

TEST_F(KvTest, FaultR9_ANewLimitHoldsAtOnceAndTheLeastRecentlyUsedIsClosed) {
  for (const auto* db : {"a", "b", "c"}) {
    body(R"("Open")", {}, kAlice, db);
    set(1, db, db);
  }
  set_descriptors(2 * limits::kKvDescriptorsPerDatabase);
  body(R"("Open")", {}, kAlice, "d");
  EXPECT_THAT(port.sent, SizeIs(0));
  for (const auto* db : {"a", "b", "c", "b", "a"}) EXPECT_EQ(get(1, db), db);
}

TEST_F(KvTest, FaultD9_WithHardlyAnyDescriptorsOneDatabaseAtATimeIsOpen) {
  for (const std::uint64_t count : {0, 1, 3}) {
    set_descriptors(count);
    for (const auto* db : {"a", "b", "c"}) {
      EXPECT_EQ(body(R"("Open")", {}, kAlice, db), R"("Ok")");
      EXPECT_EQ(set(1, db, db), R"("Ok")");
    }
    for (const auto* db : {"a", "b", "c"}) EXPECT_EQ(get(1, db), db);
  }
}

TEST_F(KvTest, FaultS6_NamesThatLeadOutOfThePackageAreRefused) {
  for (const auto* db : {"../../x", "/etc", "..", "", "a/b"}) {
    const Reply reply = ask(R"("Open")", {}, kAlice, db);
    EXPECT_THAT(reply.body, HasSubstr("cannot be used")) << db;
    EXPECT_EQ(reply.blob, R"({"kind":"InvalidName"})");
    EXPECT_THAT(body(R"("RemoveDb")", {}, kAlice, db), HasSubstr("cannot be used")) << db;
  }
  EXPECT_FALSE(fs::exists(home / "x"));
}

TEST_F(KvTest, FaultS20_ATransactionIsThatOfItsProcessAndDatabase) {
  body(R"("Open")");
  body(R"("Open")", {}, kSibling);
  body(R"("Open")", {}, kAlice, "other");
  const std::string tx = begin();
  set_in(tx, 1, "mine");
  EXPECT_THAT(set_in(tx, 1, "theirs", kSibling), HasSubstr("NoTx"));
  EXPECT_THAT(commit(tx, kSibling), HasSubstr("NoTx"));
  EXPECT_THAT(commit(tx, kAlice, "other"), HasSubstr("NoTx"));
  EXPECT_THAT(body(R"({"Abort":{"tx_id":)" + tx + "}}", {}, kSibling), HasSubstr("NoTx"));
  EXPECT_EQ(commit(tx), R"("Ok")");
  EXPECT_EQ(get(1), "mine");
  EXPECT_EQ(get(1, "other"), R"({"Err":"KeyNotFound"})");
}

TEST_F(KvTest, FaultQ3_RemovingADatabaseLeavesNone) {
  body(R"("Open")");
  EXPECT_TRUE(fs::exists(home / "kv/p:n.os/birthdays"));
  body(R"("RemoveDb")");
  EXPECT_FALSE(fs::exists(home / "kv/p:n.os/birthdays"));
  EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  EXPECT_FALSE(fs::exists(home / "kv/p:n.os/birthdays"));
}

TEST_F(KvTest, FaultQ4_ReadingMakesNoDatabase) {
  body(R"("Open")");
  body(R"("RemoveDb")");
  const std::string no_db =
      R"({"Err":{"NoDb":[{"package_name":"p","publisher_node":"n.os"},"birthdays"]}})";
  EXPECT_EQ(body(R"({"Get":[1]})"), no_db);
  EXPECT_EQ(body(R"({"Scan":{}})"), no_db);
  EXPECT_FALSE(fs::exists(home / "kv/p:n.os/birthdays"));
  EXPECT_EQ(set(1, "v"), R"("Ok")");
  EXPECT_EQ(get(1), "v");
}

TEST_F(KvTest, FaultQ16_ATransactionFailsWhenSomebodyElseWroteItsKey) {
  body(R"("Open")");
  set(1, "old");
  const std::string tx = begin();
  set_in(tx, 1, "in the transaction");
  set_in(tx, 2, "too");
  set(1, "outside");
  const Reply reply = ask(R"({"Commit":{"tx_id":)" + tx + "}}");
  EXPECT_THAT(reply.body, HasSubstr(R"({"Err":{"RocksDBError":"Resource busy)"));
  EXPECT_EQ(reply.blob, R"({"kind":"Conflict"})");
  EXPECT_EQ(get(1), "outside");
  EXPECT_EQ(get(2), R"({"Err":"KeyNotFound"})");
  EXPECT_THAT(commit(tx), HasSubstr("NoTx"));
}

TEST_F(KvTest, FaultQ16_WhatATransactionReadMustStillHoldAtItsCommit) {
  body(R"("Open")");
  set(1, "10");
  const std::string tx = begin();
  const std::string read = R"({"GetForUpdate":{"key":[1],"tx_id":)" + tx + "}}";
  EXPECT_EQ(ask(read).blob, "10");
  set_in(tx, 2, "sum of 1");
  set(1, "11");
  EXPECT_EQ(ask(read).blob, "10");
  EXPECT_THAT(commit(tx), HasSubstr("Resource busy"));
  EXPECT_EQ(get(2), R"({"Err":"KeyNotFound"})");
}

TEST_F(KvTest, FaultQ16_TransactionsOfDifferentKeysDoNotMeet) {
  body(R"("Open")");
  const std::string one = begin();
  const std::string two = begin();
  set_in(one, 1, "a");
  set_in(two, 2, "b");
  EXPECT_EQ(commit(one), R"("Ok")");
  EXPECT_EQ(commit(two), R"("Ok")");
  EXPECT_EQ(get(1) + get(2), "ab");
}

TEST_F(KvTest, FaultQ16_AnAbortedTransactionHasNoEffect) {
  body(R"("Open")");
  const std::string tx = begin();
  set_in(tx, 1, "a");
  EXPECT_EQ(body(R"({"Abort":{"tx_id":)" + tx + "}}"), R"("Ok")");
  EXPECT_THAT(commit(tx), HasSubstr("NoTx"));
  EXPECT_EQ(get(1), R"({"Err":"KeyNotFound"})");
}

TEST_F(KvTest, FaultD10_TransactionsEndWithTheirProcess) {
  body(R"("Open")");
  const std::string tx = begin();
  module().process_ended(msg::Address::parse(kSibling).value().process);
  EXPECT_EQ(set_in(tx, 1, "a"), R"("Ok")");
  module().process_ended(msg::Address::parse(kAlice).value().process);
  EXPECT_THAT(set_in(tx, 1, "b"), HasSubstr("NoTx"));
}

TEST_F(KvTest, FaultD10_UnusedTransactionsExpireAndUnusedDatabasesAreClosed) {
  body(R"("Open")");
  const std::string tx = begin();
  port.executor().advance(limits::kTransactionIdleTimeMax - 1min);
  EXPECT_EQ(set_in(tx, 1, "a"), R"("Ok")");
  port.executor().advance(limits::kTransactionIdleTimeMax + 1min);
  EXPECT_THAT(commit(tx), HasSubstr("NoTx"));
  port.executor().advance(2 * limits::kDatabaseIdleTimeMax);
  // Nothing is open, so nothing is looked after any more.
  EXPECT_EQ(port.executor().next_due(), std::nullopt);
  EXPECT_EQ(get(1), R"({"Err":"KeyNotFound"})");
}

TEST_F(KvTest, FaultD10_OneProcessHasABoundedNumberOfTransactions) {
  body(R"("Open")");
  for (std::size_t i = 0; i < limits::kTransactionsPerProcessMax; ++i) begin();
  const Reply reply = ask(R"("BeginTx")");
  EXPECT_THAT(reply.body, HasSubstr("commit or abort one first"));
  EXPECT_EQ(reply.blob, R"({"kind":"Overloaded"})");
}

TEST_F(KvTest, FaultD10_ATransactionIsBoundedInSize) {
  body(R"("Open")");
  const std::string tx = begin();
  const std::string part(limits::kTransactionBytesMax / 3, 'x');
  EXPECT_EQ(set_in(tx, 1, part), R"("Ok")");
  EXPECT_EQ(set_in(tx, 2, part), R"("Ok")");
  EXPECT_THAT(set_in(tx, 3, part + part), HasSubstr("commit smaller ones"));
}

TEST_F(KvTest, KeysAndValuesThatAreTooLargeAreRefused) {
  body(R"("Open")");
  std::string key = "[1";
  while (key.size() < 2 * (limits::kKvKeyBytesMax + 1)) key += ",1";
  key += "]";
  EXPECT_THAT(body(R"({"Set":{"key":)" + key + "}}", "v"), HasSubstr("too long"));
  EXPECT_THAT(body(R"({"Get":)" + key + "}"), HasSubstr("too long"));
  EXPECT_THAT(set(1, std::string(limits::kKvValueBytesMax + 1, 'x')), HasSubstr("too large"));
}

TEST_F(KvTest, WhoAsksTooMuchAtOnceIsRefused) {
  body(R"("Open")");
  for (std::size_t i = 0; i < limits::kDatabaseQueueCountMax + 10; ++i) {
    tell(kAlice, request(R"({"Set":{"key":[1]}})"), "v");
  }
  std::size_t refused = 0;
  for (const auto& reply : replies()) {
    if (reply.body.find("too much waits") != std::string::npos) ++refused;
  }
  EXPECT_EQ(refused, 10u);
  EXPECT_EQ(get(1), "v");
}

}  // namespace
}  // namespace kinode::kv
