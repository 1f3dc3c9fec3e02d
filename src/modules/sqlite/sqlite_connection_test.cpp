// Statements that do not end by themselves, and the statements that a connection keeps.
#include "modules/sqlite/sqlite_connection.h"

#include <../tests/support/scratch.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/sqlite/sqlite_gate.h"

namespace kinode::sqlite {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A clock that moves whenever somebody looks.
class ImpatientClock final : public Clock {
 public:
  Instant now() const override { return now_ += 1ms; }
  std::int64_t unix_ms() const override { return 0; }

 private:
  mutable Instant now_{1h};
};

constexpr const char* kEndless =
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r";

class SqliteConnectionTest : public testing::Test {
 protected:
  SqliteConnectionTest()
      : writer(
            SqliteConnection::open(home / "a.db", SqliteConnection::Mode::kWriter, "a").value()) {}

  SqliteResult<std::optional<std::string>> run(SqliteConnection& on, std::string_view sql) {
    auto statement = on.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    return on.run(*statement, first_word(sql), {}, RowsForm::kObjects,
                  {clock, clock.now() + 1s, given_up});
  }

  const support::Scratch home;
  const ImpatientClock clock;
  std::atomic<bool> given_up{false};
  std::unique_ptr<SqliteConnection> writer;
};

TEST_F(SqliteConnectionTest, FaultD8_AStatementEndsWhenItsTimeIsUp) {
  const auto result = run(*writer, kEndless);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().text, "interrupted");
  EXPECT_EQ(result.error().cause, "Timeout");
  EXPECT_EQ(run(*writer, "SELECT 1 a").value(), R"([{"a":1}])");
}

TEST_F(SqliteConnectionTest, FaultD8_AStatementEndsWhenItsCallerIsGone) {
  given_up = true;
  EXPECT_EQ(run(*writer, kEndless).error().text, "interrupted");
}

TEST_F(SqliteConnectionTest, AnInterruptedWriteHasNoEffect) {
  ASSERT_TRUE(run(*writer, "CREATE TABLE t (n)"));
  EXPECT_FALSE(run(*writer,
                   "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
                   "INSERT INTO t SELECT n FROM r"));
  EXPECT_EQ(run(*writer, "SELECT count(*) n FROM t").value(), R"([{"n":0}])");
}

TEST_F(SqliteConnectionTest, AReaderCannotWriteAndSeesWhatWasCommitted) {
  ASSERT_TRUE(run(*writer, "CREATE TABLE t (n)"));
  auto reader = SqliteConnection::open(home / "a.db", SqliteConnection::Mode::kReader, "a").value();
  EXPECT_EQ(run(*reader, "SELECT * FROM t").value(), "[]");
  EXPECT_FALSE(run(*reader, "INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(run(*writer, "INSERT INTO t VALUES (1)"));
  EXPECT_EQ(run(*reader, "SELECT * FROM t").value(), R"([{"n":1}])");
}

TEST_F(SqliteConnectionTest, KeptStatementsFollowTheSchema) {
  ASSERT_TRUE(run(*writer, "CREATE TABLE t (a)"));
  ASSERT_TRUE(run(*writer, "INSERT INTO t VALUES (1)"));
  EXPECT_EQ(run(*writer, "SELECT * FROM t").value(), R"([{"a":1}])");
  ASSERT_TRUE(run(*writer, "ALTER TABLE t ADD COLUMN b"));
  EXPECT_EQ(run(*writer, "SELECT * FROM t").value(), R"([{"a":1,"b":null}])");
  ASSERT_TRUE(run(*writer, "DROP TABLE t"));
  EXPECT_THAT(run(*writer, "SELECT * FROM t").error().text, HasSubstr("no such table"));
}

TEST_F(SqliteConnectionTest, KeepsABoundedNumberOfStatements) {
  for (std::size_t i = 0; i < 3 * limits::kSqliteStatementsKept; ++i) {
    EXPECT_TRUE(run(*writer, "SELECT " + std::to_string(i % 100) + " a"));
  }
  EXPECT_EQ(run(*writer, "SELECT 7 a").value(), R"([{"a":7}])");
}

TEST(FirstWord, IsBehindSpaceAndComments) {
  EXPECT_EQ(first_word("  select 1"), "SELECT");
  EXPECT_EQ(first_word("\n-- a\n/* b */\tInsert into"), "INSERT");
  EXPECT_EQ(first_word("/* no end"), "");
  EXPECT_EQ(first_word("-- no end"), "");
  EXPECT_EQ(first_word("(SELECT 1)"), "");
  EXPECT_EQ(first_word(""), "");
}

}  // namespace
}  // namespace kinode::sqlite
