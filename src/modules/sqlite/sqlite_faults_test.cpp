// What goes wrong in the original's SQL module, and must not here (io.md 14).
#include <filesystem>
#include <gmock/gmock.h>

#include "base/limits.h"
#include "modules/sqlite/sqlite_fixture_test.h"

namespace kinode::sqlite {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST_F(SqliteTest, FaultS5_RightsAreAskedFor) {
  open_users();
  EXPECT_EQ(query("SELECT * FROM users", {}, kStranger), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(write("DELETE FROM users", {}, "null", kStranger), R"({"Err":"NoWriteCap"})");
}

TEST_F(SqliteTest, FaultS6_NamesThatLeadOutOfThePackageAreRefused) {
  for (const auto* db : {"../../x", "/etc", "..", "", "a/b", "file:x?mode=memory"}) {
    const Reply reply = ask(R"("Open")", {}, kAlice, db);
    EXPECT_THAT(reply.body, HasSubstr("cannot be used")) << db;
    EXPECT_EQ(reply.blob, R"({"kind":"InvalidName"})");
  }
}

TEST_F(SqliteTest, FaultS8_NoStatementReachesOtherFilesOrCode) {
  open_users();
  home.write("secret.db", "");
  for (const std::string& sql :
       {"ATTACH '" + home.path() + "/secret.db' AS other", std::string("ATTACH '' AS other"),
        std::string("ATTACH ? AS other"), std::string("PRAGMA database_list"),
        std::string("PRAGMA writable_schema=ON"), std::string("PRAGMA journal_mode=DELETE"),
        std::string("PRAGMA temp_store_directory='/tmp'"),
        std::string("PRAGMA locking_mode=EXCLUSIVE"), std::string("PRAGMA query_only=OFF"),
        std::string("PRAGMA synchronous=OFF"), std::string("PRAGMA foreign_keys=OFF"),
        std::string("PRAGMA wal_checkpoint"), std::string("SELECT load_extension('/lib/x.so')"),
        std::string("BEGIN"), std::string("SELECT fts3_tokenizer('simple')")}) {
    EXPECT_THAT(query(sql, sql.find('?') == std::string::npos ? "[]" : R"(["x y"])"),
                HasSubstr("not authorized"))
        << sql;
  }
  for (const std::string& sql :
       {"VACUUM INTO '" + home.path() + "/copy.db'", std::string("DETACH other"),
        std::string("SAVEPOINT a"), std::string("ROLLBACK"), std::string("END")}) {
    EXPECT_THAT(write(sql), HasSubstr("not authorized")) << sql;
  }
  EXPECT_FALSE(fs::exists(home / "copy.db"));
  EXPECT_EQ(write("VACUUM"), R"("Ok")");
  EXPECT_THAT(write("UPDATE sqlite_schema SET sql = ''"), HasSubstr("may not be modified"));
}

TEST_F(SqliteTest, FaultS20_ATransactionIsThatOfItsProcessAndDatabase) {
  open_users();
  body(R"("Open")", {}, kSibling);
  body(R"("Open")", {}, kAlice, "other");
  const std::string tx = begin();
  const std::string no_tx = R"({"Err":{"NoTx":)" + tx + "}}";
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('x')", {}, tx, kSibling), no_tx);
  EXPECT_EQ(commit(tx, kSibling), no_tx);
  EXPECT_EQ(commit(tx, kAlice, "other"), no_tx);
  EXPECT_EQ(body(R"({"Abort":{"tx_id":)" + tx + "}}", {}, kSibling), no_tx);
  EXPECT_EQ(body(R"({"Abort":{"tx_id":)" + tx + "}}"), R"("Ok")");
}

TEST_F(SqliteTest, FaultR1_WhatOneProcessAsksHappensInItsOrder) {
  open_users();
  for (int i = 0; i < 200; ++i) {
    tell(kAlice, request(R"x({"Write":{"statement":"INSERT INTO users (name) VALUES (?)"}})x"),
         "[\"n " + std::to_string(i) + "\"]");
    tell(kAlice, request(R"({"Query":"SELECT count(*) c FROM users"})"));
  }
  std::vector<std::string> counts;
  for (const auto& reply : replies()) {
    if (reply.blob) counts.push_back(*reply.blob);
  }
  ASSERT_THAT(counts, SizeIs(200));
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(counts[i], "[{\"c\":" + std::to_string(i + 1) + "}]");
  }
}

TEST_F(SqliteTest, FaultR8_RemovingADatabaseInUseWaitsForItsTurn) {
  open_users();
  tell(kAlice, request(R"x({"Write":{"statement":"INSERT INTO users (name) VALUES ('x')"}})x"));
  tell(kAlice, request(R"({"Query":"SELECT name FROM users"})"));
  tell(kAlice, request(R"("RemoveDb")"));
  tell(kAlice, request(R"({"Query":"SELECT name FROM users"})"));
  const auto all = replies();
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_EQ(all[1].blob, R"([{"name":"x"}])");
  EXPECT_EQ(all[2].body, R"("Ok")");
  EXPECT_THAT(all[3].body, HasSubstr("NoDb"));
}

TEST_F(SqliteTest, FaultR9_WithHardlyAnyDescriptorsOneDatabaseAtATimeIsOpen) {
  for (const std::uint64_t count : {0, 1, 12}) {
    set_descriptors(count);
    for (const auto* db : {"a", "b", "c"}) {
      EXPECT_EQ(body(R"("Open")", {}, kAlice, db), R"("Ok")");
      EXPECT_EQ(write("CREATE TABLE IF NOT EXISTS t (x)", {}, "null", kAlice, db), R"("Ok")");
    }
    for (const auto* db : {"a", "b", "c"}) {
      EXPECT_EQ(query("SELECT * FROM t", {}, kAlice, db), "[]");
    }
  }
}

TEST_F(SqliteTest, FaultQ1_ParametersSayWhatTheyAre) {
  open_users();
  EXPECT_EQ(write("INSERT INTO users (name) VALUES (?)", R"([{"$text":"Dave"}])"), R"("Ok")");
  EXPECT_EQ(query("SELECT name, typeof(name) t FROM users WHERE name LIKE 'D%'"),
            R"([{"name":"Dave","t":"text"}])");
  EXPECT_EQ(query("SELECT typeof(?1) a, typeof(?2) b, typeof(?3) c, typeof(?4) d, typeof(?5) e, "
                  "?6 f, typeof(?7) g",
                  R"([{"$blob":"Dave"},{"Blob":[1,2]},{"$integer":"9007199254740993"},)"
                  R"({"$real":1},{"Null":null},{"Boolean":true},{"Text":"1234"}])"),
            R"([{"a":"blob","b":"blob","c":"integer","d":"real","e":"null","f":1,"g":"text"}])");
}

TEST_F(SqliteTest, FaultQ2_InfinitiesAndEqualNamesHaveAForm) {
  body(R"("Open")");
  EXPECT_EQ(query("SELECT 9e999 a, -9e999 b"), R"([{"a":null,"b":null}])");
  EXPECT_EQ(
      columns("SELECT 9e999 b, -9e999 a, 9007199254740993 a, 5 c, x'01' d, NULL e, 't' f"),
      R"({"columns":["b","a","a","c","d","e","f"],"rows":[[{"$real":"Infinity"},)"
      R"({"$real":"-Infinity"},{"$integer":"9007199254740993"},5,{"$blob":"AQ=="},null,"t"]]})");
  EXPECT_EQ(columns("SELECT 1 a WHERE 0"), R"({"columns":["a"],"rows":[]})");
}

TEST_F(SqliteTest, FaultQ3_FaultQ4_RemovingLeavesNoneAndReadingMakesNone) {
  open_users();
  EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  EXPECT_FALSE(fs::exists(home / "sqlite/p:n.os/users"));
  EXPECT_EQ(query("SELECT 1"),
            R"({"Err":{"NoDb":[{"package_name":"p","publisher_node":"n.os"},"users"]}})");
  EXPECT_FALSE(fs::exists(home / "sqlite/p:n.os/users"));
  EXPECT_EQ(write("CREATE TABLE t (x)"), R"("Ok")");
}

TEST_F(SqliteTest, FaultQ17_AnUnknownTransactionIsNotMade) {
  open_users();
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('x')", {}, "7"), R"({"Err":{"NoTx":7}})");
}

TEST_F(SqliteTest, FaultQ17_WhatIsWrongWithAStatementIsSaidBeforeTheCommit) {
  open_users();
  const std::string tx = begin();
  EXPECT_THAT(write("INSERT INTO users VALUES (", {}, tx), HasSubstr("RusqliteError"));
  EXPECT_EQ(write("SELECT 1", {}, tx), R"({"Err":"NotAWriteKeyword"})");
  EXPECT_EQ(write("INSERT INTO users (name) VALUES (?)", "{", tx),
            R"({"Err":"InvalidParameters"})");
  EXPECT_EQ(commit(tx), R"("Ok")");
}

TEST_F(SqliteTest, FaultQ17_AFailedCommitNamesItsStatementAndChangesNothing) {
  open_users();
  const std::string tx = begin();
  write("INSERT INTO users (name) VALUES ('a')", {}, tx);
  write("INSERT INTO users (name) VALUES ('a')", {}, tx);
  const Reply reply = ask(R"({"Commit":{"tx_id":)" + tx + "}}");
  EXPECT_EQ(reply.body, R"({"Err":{"RusqliteError":"UNIQUE constraint failed: users.name"}})");
  EXPECT_EQ(reply.blob, R"({"kind":"Constraint","statement":1})");
  EXPECT_EQ(query("SELECT * FROM users"), "[]");
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('a')"), R"("Ok")");
}

TEST_F(SqliteTest, FaultQ18_AWriteThatReturnsRowsReturnsThem) {
  open_users();
  const Reply reply = ask(R"({"Write":{"statement":"INSERT INTO users (name) VALUES ('a') )"
                          R"(RETURNING id","tx_id":null}})");
  EXPECT_EQ(reply.body, R"("Ok")");
  EXPECT_EQ(reply.blob, R"([{"id":1}])");
}

TEST_F(SqliteTest, FaultD10_TransactionsEndWithTheirProcessOrUnused) {
  open_users();
  const std::string tx = begin();
  module().process_ended(msg::Address::parse(kAlice).value().process);
  EXPECT_THAT(commit(tx), HasSubstr("NoTx"));
  const std::string other = begin();
  port.executor().advance(limits::kTransactionIdleTimeMax + 1min);
  EXPECT_THAT(commit(other), HasSubstr("NoTx"));
  port.executor().advance(2 * limits::kDatabaseIdleTimeMax);
  EXPECT_EQ(port.executor().next_due(), std::nullopt);
  EXPECT_EQ(query("SELECT * FROM users"), "[]");
}

TEST_F(SqliteTest, ResultsAndValuesAreBounded) {
  body(R"("Open")");
  EXPECT_THAT(query("SELECT hex(zeroblob(40000000)) a"), HasSubstr("larger than"));
  EXPECT_THAT(query("SELECT zeroblob(1000000000) a"), HasSubstr("too big"));
  EXPECT_THAT(query("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM r) "
                    "SELECT hex(zeroblob(100000)) a FROM r"),
              HasSubstr("larger than"));
  EXPECT_THAT(query("SELECT " + std::string(2'000'000, ' ') + "1"), HasSubstr("too long"));
  std::string deep = "SELECT ";
  for (int i = 0; i < 5000; ++i) deep += "(";
  EXPECT_THAT(query(deep), HasSubstr("RusqliteError"));
}

}  // namespace
}  // namespace kinode::sqlite
