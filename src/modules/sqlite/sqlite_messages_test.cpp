// The JSON of the SQL module, byte for byte (io.md 10.2, 10.8, 13.1).
#include "modules/sqlite/sqlite_messages.h"

#include <gtest/gtest.h>

namespace kinode::sqlite {
namespace {

using Kind = SqliteError::Kind;

std::string with_action(std::string_view action) {
  return R"({"package_id":{"package_name":"p","publisher_node":"n.os"},"db":"users","action":)" +
         std::string(action) + "}";
}

TEST(SqliteRequest, EveryActionIsReadAndWrittenAsInTheOriginal) {
  const struct {
    std::string_view json;
    SqliteAction action;
  } cases[] = {
      {R"("Open")", action::Open{}},
      {R"("RemoveDb")", action::RemoveDb{}},
      {R"x({"Write":{"statement":"INSERT INTO t VALUES (1)","tx_id":null}})x",
       action::Write{"INSERT INTO t VALUES (1)", {}}},
      {R"({"Write":{"statement":"DELETE FROM t","tx_id":18446744073709551615}})",
       action::Write{"DELETE FROM t", ~0ull}},
      {R"({"Query":"SELECT \"a\""})", action::Query{"SELECT \"a\"", false}},
      {R"("BeginTx")", action::BeginTx{}},
      {R"({"Commit":{"tx_id":9}})", action::Commit{9}},
      {R"({"QueryColumns":"SELECT 1"})", action::Query{"SELECT 1", true}},
      {R"({"Abort":{"tx_id":9}})", action::Abort{9}},
      {R"("Backup")", action::Backup{}},
  };
  for (const auto& c : cases) {
    const SqliteRequest expected{{{"p", "n.os"}, "users"}, c.action};
    const auto read = decode_sqlite_request(as_bytes(with_action(c.json)));
    ASSERT_TRUE(read) << c.json;
    EXPECT_TRUE(*read == expected) << c.json;
    EXPECT_EQ(encode_sqlite_request(expected), with_action(c.json));
  }
}

TEST(SqliteRequest, FormsOfKinode09AndMissingOptionalsAreRead) {
  const auto read =
      decode_sqlite_request(as_bytes(with_action(R"({"Read":{"query":"SELECT 1"}})")));
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->action == SqliteAction(action::Query{"SELECT 1", false}));
  EXPECT_TRUE(decode_sqlite_request(as_bytes(with_action(R"({"Write":{"statement":"x"}})"))));
}

TEST(SqliteRequest, WhatIsWrongIsNamed) {
  for (const auto& [action, part] : {std::pair(R"("Steal")", "Steal"),
                                     {R"({"Query":1})", "Query"},
                                     {R"({"Write":{"tx_id":1}})", "statement"},
                                     {R"({"Commit":{"tx_id":-1}})", "tx_id"}}) {
    const auto read = decode_sqlite_request(as_bytes(with_action(action)));
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().detail.find(part), std::string::npos) << read.error().detail;
  }
}

TEST(SqliteResponse, EveryAnswerAndErrorIsThatOfTheOriginal) {
  EXPECT_EQ(encode_sqlite_ok(), R"("Ok")");
  EXPECT_EQ(encode_sqlite_read(), R"("Read")");
  EXPECT_EQ(encode_sqlite_begin_tx(9), R"({"BeginTx":{"tx_id":9}})");
  const auto text = [](Kind kind) { return encode_sqlite_error(SqliteError::of(kind)); };
  EXPECT_EQ(text(Kind::kNoWriteCap), R"({"Err":"NoWriteCap"})");
  EXPECT_EQ(text(Kind::kNoReadCap), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(text(Kind::kMismatchingPackageId), R"({"Err":"MismatchingPackageId"})");
  EXPECT_EQ(text(Kind::kAddCapFailed), R"({"Err":"AddCapFailed"})");
  EXPECT_EQ(text(Kind::kNotAWriteKeyword), R"({"Err":"NotAWriteKeyword"})");
  EXPECT_EQ(text(Kind::kNotAReadKeyword), R"({"Err":"NotAReadKeyword"})");
  EXPECT_EQ(text(Kind::kInvalidParameters), R"({"Err":"InvalidParameters"})");
  EXPECT_EQ(text(Kind::kMalformedRequest), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(encode_sqlite_error(SqliteError::no_tx(9)), R"({"Err":{"NoTx":9}})");
  EXPECT_EQ(encode_sqlite_error(SqliteError::rusqlite("text", "Sql")),
            R"({"Err":{"RusqliteError":"text"}})");
  EXPECT_EQ(encode_sqlite_error(SqliteError::io("text", "Io")), R"({"Err":{"IOError":"text"}})");
  EXPECT_EQ(encode_sqlite_error(SqliteError::no_db({{"p", "n.os"}, "db"})),
            R"({"Err":{"NoDb":[{"package_name":"p","publisher_node":"n.os"},"db"]}})");
}

TEST(SqliteResponse, TheCauseOfAnErrorIsBesideIt) {
  EXPECT_EQ(encode_sqlite_cause(SqliteError::of(Kind::kNoReadCap)), "");
  SqliteError error = SqliteError::rusqlite("text", "Constraint");
  EXPECT_EQ(encode_sqlite_cause(error), R"({"kind":"Constraint"})");
  error.statement = 2;
  EXPECT_EQ(encode_sqlite_cause(error), R"({"kind":"Constraint","statement":2})");
}

}  // namespace
}  // namespace kinode::sqlite
