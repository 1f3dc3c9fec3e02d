// SQL databases as programs see them (io.md 10).
#include "modules/sqlite/sqlite_module.h"

#include <filesystem>
#include <gmock/gmock.h>

#include "modules/sqlite/sqlite_fixture_test.h"
#include "msg/database_key.h"

namespace kinode::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(SqliteTest, TheExchangesOfTheSpecificationByteForByte) {
  open_users();
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('Bob')"), R"("Ok")");
  const Reply read = ask(R"({"Query":"SELECT name, id FROM users"})");
  EXPECT_EQ(read.body, R"("Read")");
  EXPECT_EQ(read.blob, R"([{"id":1,"name":"Bob"}])");
  EXPECT_EQ(read.mime, "application/octet-stream");
  EXPECT_EQ(body(R"x({"Query":"INSERT INTO t VALUES (1)"})x"), R"({"Err":"NotAReadKeyword"})");
  EXPECT_EQ(body(R"({"Write":{"statement":"SELECT 1","tx_id":null}})"),
            R"({"Err":"NotAWriteKeyword"})");
  EXPECT_EQ(query("SELECT * FROM users WHERE id = 7"), "[]");
  EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
}

TEST_F(SqliteTest, TheParametersOfTheSpecification) {
  body(R"("Open")");
  EXPECT_EQ(columns("SELECT typeof(?1) a,typeof(?2) b,typeof(?3) c,typeof(?4) d,typeof(?5) e,"
                    "typeof(?6) f,typeof(?7) g,hex(?2) h",
                    R"(["Bob","Dave","",1,1.5,true,null])"),
            R"({"columns":["a","b","c","d","e","f","g","h"],"rows":[["text","blob","blob",)"
            R"("integer","real","integer","null","0DABDE"]]})");
  EXPECT_EQ(
      query("SELECT ?1 a,?2 b,?3 c,?4 d,?5 e,?6 f,?7 g", R"(["Bob","Dave","",1,1.5,true,null])"),
      R"([{"a":"Bob","b":"Dave","c":"","d":1,"e":1.5,"f":1,"g":null}])");
}

TEST_F(SqliteTest, ParametersThatAreNoneAreRefused) {
  open_users();
  for (const auto* parameters : {"", "{", "{}", "1", "[[1]]", R"([{"a":1}])", R"([{"$blob":"x"}])",
                                 R"([{"Integer":1.5}])"}) {
    EXPECT_EQ(query("SELECT ?", parameters), R"({"Err":"InvalidParameters"})") << parameters;
  }
  EXPECT_EQ(
      query("SELECT ?, ?", "[1]"),
      R"({"Err":{"RusqliteError":"Wrong number of parameters passed to query. Got 1, needed 2"}})");
}

TEST_F(SqliteTest, NumbersKeepTheirKind) {
  body(R"("Open")");
  EXPECT_EQ(columns("SELECT typeof(?) a, typeof(?) b, typeof(?) c, typeof(?) d",
                    "[9223372036854775807,9223372036854775808,-9223372036854775808,1e3]"),
            R"({"columns":["a","b","c","d"],"rows":[["integer","real","integer","real"]]})");
  EXPECT_EQ(query("SELECT 9223372036854775807 a, 1.0 b, 0.1 c, 1e300 d"),
            R"([{"a":9223372036854775807,"b":1.0,"c":0.1,"d":1e300}])");
}

TEST_F(SqliteTest, RowsAreObjectsWithSortedKeysAndBlobsInBase64) {
  body(R"("Open")");
  EXPECT_EQ(query("SELECT 1 b, 2 a, 3 b, x'0dabde' blob, NULL n, 'é\"' t"),
            R"([{"a":2,"b":3,"blob":"Dave","n":null,"t":"é\""}])");
}

TEST_F(SqliteTest, ErrorsOfStatementsHaveTheTextOfTheOriginal) {
  open_users();
  write("INSERT INTO users (name) VALUES ('Bob')");
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('Bob')"),
            R"({"Err":{"RusqliteError":"UNIQUE constraint failed: users.name"}})");
  EXPECT_EQ(
      query("SELECT nam FROM users"),
      R"({"Err":{"RusqliteError":"no such column: nam in SELECT nam FROM users at offset 7"}})");
  EXPECT_EQ(ask(R"({"Query":"SELECT nam FROM users"})").blob, R"({"kind":"Sql"})");
}

TEST_F(SqliteTest, TheGateAnswersAsInTheOriginal) {
  open_users();
  for (const auto* sql : {"INSERT INTO users VALUES (1,'a')", "insert into users values (1,'a')",
                          "DROP TABLE IF EXISTS nothing", "COMMIT", "VACUUM", "", "RUBBISH",
                          "SELEC 1", "WITH a AS (SELECT 1) INSERT INTO users VALUES (9,'x')"}) {
    EXPECT_EQ(query(sql), R"({"Err":"NotAReadKeyword"})") << sql;
  }
  for (const auto* sql : {"SELECT 1", "PRAGMA user_version", "EXPLAIN DELETE FROM users",
                          "VALUES (1)", "", "RUBBISH", "WITH a AS (SELECT 1) SELECT * FROM a"}) {
    EXPECT_EQ(write(sql), R"({"Err":"NotAWriteKeyword"})") << sql;
  }
  EXPECT_EQ(query("SELECT count(*) c FROM users"), R"([{"c":0}])");
}

TEST_F(SqliteTest, WhatTheOriginalRefusedForItsFirstWordOnlyRuns) {
  open_users();
  EXPECT_EQ(query("SELECT*FROM users"), "[]");
  EXPECT_EQ(query("-- all of them\nSELECT 1 a"), R"([{"a":1}])");
  EXPECT_EQ(query("/* all */ VALUES(1)"), R"([{"column1":1}])");
  EXPECT_EQ(write("WITH a(n) AS (SELECT 'x') INSERT INTO users (name) SELECT n FROM a"), R"("Ok")");
  EXPECT_EQ(query("SELECT name FROM users"), R"([{"name":"x"}])");
}

TEST_F(SqliteTest, OnlyTheFirstOfSeveralStatementsRuns) {
  open_users();
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('a'); DELETE FROM users"), R"("Ok")");
  EXPECT_EQ(query("SELECT name FROM users; SELECT 2"), R"([{"name":"a"}])");
}

TEST_F(SqliteTest, OptionsOfTheOriginalsEngineHold) {
  body(R"("Open")");
  write("CREATE TABLE parent (id INTEGER PRIMARY KEY)");
  write("CREATE TABLE child (p INTEGER REFERENCES parent(id))");
  EXPECT_THAT(write("INSERT INTO child VALUES (1)"), HasSubstr("FOREIGN KEY constraint failed"));
  EXPECT_EQ(write("CREATE VIRTUAL TABLE docs USING fts5(body)"), R"("Ok")");
  EXPECT_EQ(write("INSERT INTO docs VALUES ('the quick fox')"), R"("Ok")");
  EXPECT_EQ(query("SELECT body FROM docs WHERE docs MATCH 'quick'"),
            R"([{"body":"the quick fox"}])");
  EXPECT_EQ(write("CREATE VIRTUAL TABLE box USING rtree(id, x0, x1)"), R"("Ok")");
  EXPECT_EQ(write("CREATE VIRTUAL TABLE old USING fts3(body)"), R"("Ok")");
  EXPECT_EQ(query("SELECT json_extract('{\"a\":[1,2]}', '$.a[1]') j, soundex('Robert') s"),
            R"([{"j":2,"s":"R163"}])");
  EXPECT_EQ(query("PRAGMA journal_mode"), R"([{"journal_mode":"wal"}])");
  EXPECT_EQ(query("PRAGMA recursive_triggers"), R"([{"recursive_triggers":0}])");
}

TEST_F(SqliteTest, ATransactionHappensAtItsCommitAndAllOfIt) {
  open_users();
  const std::string tx = begin();
  EXPECT_EQ(write("INSERT INTO users (name) VALUES (?)", R"(["Ann"])", tx), R"("Ok")");
  EXPECT_EQ(write("CREATE TABLE later (x)", {}, tx), R"("Ok")");
  EXPECT_EQ(write("INSERT INTO later VALUES (1)", {}, tx), R"("Ok")");
  EXPECT_EQ(query("SELECT * FROM users"), "[]");
  EXPECT_EQ(commit(tx), R"("Ok")");
  EXPECT_EQ(query("SELECT name FROM users"), R"([{"name":"Ann"}])");
  EXPECT_EQ(query("SELECT x FROM later"), R"([{"x":1}])");
  EXPECT_EQ(commit(tx), R"({"Err":{"NoTx":)" + tx + "}}");
}

TEST_F(SqliteTest, FormsOfKinode09AreUnderstood) {
  open_users();
  EXPECT_EQ(body(R"({"Read":{"query":"SELECT 1 a"}})"), R"("Read")");
  EXPECT_EQ(body(R"("Backup")"), R"("Ok")");
}

TEST_F(SqliteTest, SuccessesEchoMetadata) {
  msg::Request asked;
  asked.expects_response = 5;
  asked.metadata = "mine";
  asked.body = Bytes::copy(request(R"("Open")"));
  module().handle(support::envelope(kAlice, "a.os@sqlite:distro:sys", asked));
  EXPECT_EQ(replies().at(0).metadata, "mine");
}

TEST_F(SqliteTest, RightsAreThoseOfKv) {
  EXPECT_EQ(body(R"("Open")", {}, kStranger), R"({"Err":"MismatchingPackageId"})");
  EXPECT_EQ(query("SELECT 1"), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(write("CREATE TABLE t (x)"), R"({"Err":"NoWriteCap"})");
  EXPECT_FALSE(fs::exists(home / "sqlite"));
  open_users();
  EXPECT_EQ(query("SELECT 1", {}, kSibling), R"({"Err":"NoReadCap"})");
  for (const auto* action :
       {R"({"Write":{"statement":"DELETE FROM users"}})", R"("BeginTx")", R"("Backup")",
        R"({"Commit":{"tx_id":1}})", R"({"Abort":{"tx_id":1}})"}) {
    EXPECT_EQ(body(action, {}, kSibling), R"({"Err":"NoWriteCap"})") << action;
  }
}

TEST_F(SqliteTest, WhatCannotBeUnderstoodIsMalformed) {
  for (const auto* text : {"", "{", "[]", "\"Open\"", R"({"db":"x"})"}) {
    EXPECT_EQ(ask_raw(kAlice, text).body, R"({"Err":"MalformedRequest"})") << text;
  }
}

TEST_F(SqliteTest, OtherNodesAreNotServed) {
  tell("b.os@alice:p:n.os", request(R"("Open")"));
  EXPECT_THAT(replies(), SizeIs(0));
}

TEST_F(SqliteTest, TemporaryTablesAreSeenByQueries) {
  open_users();
  EXPECT_EQ(write("CREATE TEMP TABLE t (x)"), R"("Ok")");
  write("INSERT INTO t VALUES (5)");
  EXPECT_EQ(query("SELECT x FROM t"), R"([{"x":5}])");
}

TEST_F(SqliteTest, ProgramsNumberTheirSchemas) {
  open_users();
  EXPECT_EQ(query("PRAGMA user_version=7"), "[]");
  EXPECT_EQ(query("PRAGMA user_version"), R"([{"user_version":7}])");
  EXPECT_EQ(query("ANALYZE"), "[]");
  EXPECT_THAT(query("PRAGMA table_info(users)"), HasSubstr(R"("name":"id")"));
  const auto reads = msg::database_capability(msg::Address::parse("a.os@sqlite:distro:sys").value(),
                                              msg::DatabaseRight::kRead, {{"p", "n.os"}, "users"});
  port.capabilities.emplace(msg::Address::parse(kStranger).value().process, reads);
  EXPECT_EQ(query("PRAGMA user_version", {}, kStranger), R"([{"user_version":7}])");
  EXPECT_EQ(query("PRAGMA user_version=8", {}, kStranger), R"({"Err":"NotAReadKeyword"})");
}

TEST_F(SqliteTest, WhatWasWrittenIsThereAfterARestart) {
  open_users();
  write("INSERT INTO users (name) VALUES ('Ann')");
  stop();
  start();
  EXPECT_EQ(query("SELECT name FROM users"), R"([{"name":"Ann"}])");
}

}  // namespace
}  // namespace kinode::sqlite
