// Scripts in the format of sqllogictest (tests/corpus/sqllogic), through messages: what they
// expect, and what SQLite itself says, must come back.
#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "modules/sqlite/sqlite_fixture_test.h"

namespace kinode::sqlite {
namespace {

using Row = std::vector<std::string>;

/// A value as sqllogictest writes it.
std::string written(const msg::Json& value, char type) {
  if (value.is_null()) return "NULL";
  if (const auto* text = value.string()) return text->empty() ? "(empty)" : *text;
  if (type == 'R') {
    const auto* fraction = value.fraction();
    const auto* whole = value.unsigned_integer();
    return fmt::format("{:.3f}", fraction != nullptr ? *fraction
                                 : whole != nullptr  ? static_cast<double>(*whole)
                                                     : 0.0);
  }
  if (const auto* members = value.members()) return *members->front().second.string();
  return value.canonical();
}

std::string written(sqlite3_stmt* statement, int column, char type) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) return "NULL";
  if (type == 'R') return fmt::format("{:.3f}", sqlite3_column_double(statement, column));
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return *text == '\0' ? "(empty)" : text;
}

std::vector<std::string> sorted(std::vector<Row> rows, std::string_view how) {
  if (how == "rowsort") std::ranges::sort(rows);
  std::vector<std::string> out;
  for (const auto& row : rows) out.insert(out.end(), row.begin(), row.end());
  if (how == "valuesort") std::ranges::sort(out);
  return out;
}

class SqllogicTest : public SqliteTest, public testing::WithParamInterface<const char*> {
 protected:
  SqllogicTest() { sqlite3_open(":memory:", &raw); }
  ~SqllogicTest() override { sqlite3_close(raw); }

  void SetUp() override {
    sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
    ASSERT_EQ(body(R"("Open")"), R"("Ok")");
  }

  bool through_messages(const std::string& sql) {
    const std::string answer = write(sql);
    if (answer == R"({"Err":"NotAWriteKeyword"})") return query(sql).starts_with("[");
    return answer == R"("Ok")";
  }

  std::vector<Row> rows_through_messages(const std::string& sql, const std::string& types) {
    const auto tree = msg::Json::parse(columns(sql));
    if (!tree || tree->members() == nullptr) return {};
    std::vector<Row> out;
    const msg::Json& rows = tree->members()->back().second;
    for (std::size_t i = 0; i < rows.array_size(); ++i) {
      const msg::Json row = rows.element(i);
      Row& values = out.emplace_back();
      for (std::size_t k = 0; k < row.array_size(); ++k) {
        values.push_back(written(row.element(k), types[k]));
      }
    }
    return out;
  }

  std::vector<Row> raw_rows(const std::string& sql, const std::string& types) {
    std::vector<Row> out;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(raw, sql.c_str(), -1, &statement, nullptr);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      Row& values = out.emplace_back();
      for (std::size_t k = 0; k < types.size(); ++k) {
        values.push_back(written(statement, static_cast<int>(k), types[k]));
      }
    }
    sqlite3_finalize(statement);
    return out;
  }

  sqlite3* raw = nullptr;
};

TEST_P(SqllogicTest, IsAnsweredAsExpectedAndAsBySqliteItself) {
  std::ifstream script(support::corpus(std::string("sqllogic/") + GetParam() + ".test"));
  int statements = 0;
  for (std::string line; std::getline(script, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    std::string sql;
    std::getline(script, sql);
    SCOPED_TRACE(sql);
    ++statements;
    if (line.starts_with("statement ")) {
      const bool expected = line == "statement ok";
      EXPECT_EQ(through_messages(sql), expected);
      EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, expected);
      continue;
    }
    const std::string types = line.substr(6, line.find(' ', 6) - 6);
    const std::string how = line.substr(line.rfind(' ') + 1);
    std::getline(script, line);
    ASSERT_EQ(line, "----");
    std::vector<std::string> expected;
    while (std::getline(script, line) && !line.empty()) expected.push_back(line);
    EXPECT_EQ(sorted(rows_through_messages(sql, types), how), expected);
    EXPECT_EQ(sorted(raw_rows(sql, types), how), expected);
  }
  EXPECT_GT(statements, 20);
}

INSTANTIATE_TEST_SUITE_P(Scripts, SqllogicTest,
                         testing::Values("select", "joins", "aggregates", "nulls", "types"));

}  // namespace
}  // namespace kinode::sqlite
