// Queries that take microseconds are answered where they are asked; nothing else is.
#include "modules/sqlite/sqlite_quick.h"

#include <gmock/gmock.h>

#include "modules/sqlite/sqlite_connection.h"
#include "modules/sqlite/sqlite_fixture_test.h"
#include "modules/sqlite/sqlite_gate.h"

namespace kinode::sqlite {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class QuickConnection : public testing::Test {
 protected:
  QuickConnection() {
    run(*writer, "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)");
    run(*writer, "INSERT INTO t (name) VALUES ('a'), ('b'), ('c')");
    reader = open(SqliteConnection::Mode::kReader);
  }

  std::unique_ptr<SqliteConnection> open(SqliteConnection::Mode mode) {
    return SqliteConnection::open(home / "a.db", mode, "a").value();
  }
  std::string run(SqliteConnection& on, std::string_view sql) {
    auto statement = on.prepare(sql);
    if (!statement) return statement.error().text;
    auto rows = on.run(*statement, first_word(sql), {}, RowsForm::kObjects,
                       {clock, clock.now() + std::chrono::hours(1), given_up});
    return rows ? rows->value_or("none") : rows.error().text;
  }
  /// After the connection has learnt what it is.
  std::optional<std::string> run_now(std::string_view sql) {
    for (int i = 0; i < 2; ++i) run(*reader, sql);
    return reader->run_now(sql, {}, RowsForm::kObjects);
  }

  const support::Scratch home;
  const OsClock clock;
  std::atomic<bool> given_up{false};
  std::unique_ptr<SqliteConnection> writer = open(SqliteConnection::Mode::kWriter);
  std::unique_ptr<SqliteConnection> reader;
};

TEST_F(QuickConnection, AQueryOfATableGivesTheSameRowsAtOnce) {
  for (const char* sql :
       {"SELECT name FROM t WHERE id = 2", "SELECT name FROM t ORDER BY name DESC",
        "SELECT a.id, b.name FROM t a JOIN t b ON a.id = b.id WHERE a.id > 1",
        "SELECT id FROM t WHERE id > 9"}) {
    const auto rows = run_now(sql);
    ASSERT_TRUE(rows) << sql;
    EXPECT_EQ(*rows, run(*reader, sql));
  }
}

TEST_F(QuickConnection, WhatIsNotKnownYetIsNot) {
  EXPECT_FALSE(reader->run_now("SELECT name FROM t", {}, RowsForm::kObjects));
  run(*reader, "SELECT name FROM t");
  EXPECT_FALSE(reader->run_now("SELECT name FROM t", {}, RowsForm::kObjects));
}

TEST_F(QuickConnection, FunctionsAndVirtualTablesMayTakeLong) {
  for (const char* sql :
       {"SELECT hex(zeroblob(100000000))", "SELECT id FROM t WHERE name LIKE '%a%'",
        "SELECT count(*) FROM t", "SELECT * FROM pragma_table_info('t')",
        "SELECT value FROM json_each('[1,2]')", "EXPLAIN SELECT 1"}) {
    EXPECT_FALSE(run_now(sql)) << sql;
  }
}

TEST_F(QuickConnection, ManyStepsAreNotTaken) {
  EXPECT_FALSE(run_now("SELECT a.id FROM t a, t b, t c, t d, t e, t f, t g"));
  EXPECT_FALSE(
      run_now("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 9999) "
              "SELECT n FROM r"));
  EXPECT_TRUE(run_now("SELECT id FROM t")) << "the connection is as it was";
}

TEST_F(QuickConnection, LargeValuesAreNotTaken) {
  run(*writer, "INSERT INTO t (id, name) VALUES (9, printf('%.*c', 100000, 'x'))");
  EXPECT_FALSE(run_now("SELECT name FROM t WHERE id = 9"));
  EXPECT_TRUE(run_now("SELECT id FROM t WHERE id = 9"));
}

TEST_F(QuickConnection, WhatIsNotInMemoryIsNotFetched) {
  const std::string sql = "SELECT name FROM t WHERE id = 2";
  ASSERT_TRUE(run_now(sql));
  run(*writer, "UPDATE t SET name = 'new' WHERE id = 2");
  EXPECT_FALSE(reader->run_now(sql, {}, RowsForm::kObjects));
  EXPECT_EQ(run(*reader, sql), R"([{"name":"new"}])");
  EXPECT_EQ(reader->run_now(sql, {}, RowsForm::kObjects), R"([{"name":"new"}])");
}

TEST_F(QuickConnection, AnotherSchemaIsAnotherProgram) {
  const std::string sql = "SELECT name FROM t WHERE id = 2";
  ASSERT_TRUE(run_now(sql));
  run(*writer, "ALTER TABLE t RENAME TO old");
  run(*writer, "CREATE VIEW t AS SELECT id, upper(name) AS name FROM old");
  EXPECT_FALSE(reader->run_now(sql, {}, RowsForm::kObjects));
  EXPECT_THAT(run(*reader, "SELECT id FROM t WHERE id = 2"), HasSubstr("2"));
  EXPECT_FALSE(reader->run_now(sql, {}, RowsForm::kObjects));
}

class QuickQueries : public SqliteTest {
 protected:
  QuickQueries() {
    open_users();
    write("INSERT INTO users (name) VALUES ('Ann')");
    for (int i = 0; i < 8; ++i) query(kSql);
  }
  static constexpr std::string_view kSql = "SELECT name FROM users WHERE id = 1";
  void tell_query(std::string_view sql) {
    tell(kAlice, request(R"({"Query":)" + quoted(sql) + "}"));
  }
};

TEST_F(QuickQueries, AreAnsweredBeforeAnythingElseRuns) {
  tell_query(kSql);
  ASSERT_THAT(port.sent, SizeIs(1));
  EXPECT_EQ(port.sent[0]->blob->bytes.text(), R"([{"name":"Ann"}])");
}

TEST_F(QuickQueries, WaitForWhatTheirProcessAskedBefore) {
  tell(kAlice, request(R"({"Write":{"statement":"UPDATE users SET name = 'Bob'","tx_id":null}})"));
  tell_query(kSql);
  EXPECT_THAT(port.sent, SizeIs(0));
  const auto got = replies();
  ASSERT_THAT(got, SizeIs(2));
  EXPECT_EQ(got[1].blob, R"([{"name":"Bob"}])");
}

TEST_F(QuickQueries, ErrorsAreThoseOfThePool) {
  tell_query("SELECT name FROM users WHERE id = ?");
  EXPECT_THAT(port.sent, SizeIs(0));
  EXPECT_THAT(replies().at(0).body, HasSubstr("Wrong number of parameters"));
}

}  // namespace
}  // namespace kinode::sqlite
