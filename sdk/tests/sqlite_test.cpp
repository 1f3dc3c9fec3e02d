// SQL databases of the guest library, against a module that says what the node's says.
#include <kinode/sqlite.h>
#include <limits>

#include "../src/base64.h"
#include "storage_world_test.h"

using namespace kinode;
using namespace kinode::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class SdkSqlite : public Storage {
 protected:
  SdkSqlite() : Storage("sqlite:distro:sys") {}

  static std::string body(std::string_view action) {
    return R"({"package_id":{"package_name":"p","publisher_node":"n.os"},"db":"d","action":)" +
           std::string(action) + "}";
  }
  /// What parameters are sent as.
  std::string sent(const sqlite::Parameters& parameters) {
    const auto json = parameters.json();
    return json ? *json : json.error().sentence;
  }
  Result<sqlite::Rows> rows(std::string json) {
    next("\"Read\"", octets(std::move(json)));
    return db.query("SELECT");
  }
  sqlite::Database db{"d"};
};

struct User {
  int64_t id = 0;
  std::optional<std::string> name;
  sqlite::Binary key;
  bool operator==(const User&) const = default;
};
KINODE_JSON(User, id, name, key)

}  // namespace

TEST_F(SdkSqlite, ActionsAreThoseOfKinode10ByteForByte) {
  ASSERT_TRUE(sqlite::Database::open("d").has_value());
  ASSERT_TRUE(db.write("INSERT INTO \"t\" VALUES (?)", {"Bob"}).has_value());
  next("\"Read\"", octets("[]"));
  ASSERT_TRUE(db.query_json("SELECT 1").has_value());
  ASSERT_TRUE(sqlite::remove("d").has_value());
  EXPECT_THAT(asked, ElementsAre(body("\"Open\""),
                                 body(R"x({"Write":{"statement":"INSERT INTO \"t\" VALUES (?)",)x"
                                      R"("tx_id":null}})"),
                                 body(R"({"Query":"SELECT 1"})"), body("\"RemoveDb\"")));
  EXPECT_EQ(blobs.at(1), BlobValue{R"(["Bob"])"});
  EXPECT_EQ(blobs.at(2), BlobValue{"[]"});
}

TEST_F(SdkSqlite, ParametersArriveAsWhatTheyAre) {
  EXPECT_EQ(sent({}), "[]");
  EXPECT_EQ(sent({1, -5, uint8_t{7}, true, nullptr, std::nullopt}), "[1,-5,7,1,null,null]");
  EXPECT_EQ(sent({std::numeric_limits<int64_t>::min()}), "[-9223372036854775808]");
  EXPECT_EQ(sent({0.5, 1.0, 1e300, 1.0f}), "[0.5,1.0,1e+300,1.0]");
  EXPECT_EQ(sent({std::numeric_limits<double>::infinity()}), R"([{"$real":"Infinity"}])");
  EXPECT_EQ(sent({std::numeric_limits<double>::quiet_NaN()}), "[null]");
  EXPECT_EQ(sent({"Bob", std::string("it's \"x\"")}), R"(["Bob","it's \"x\""])");
  EXPECT_EQ(sent({sqlite::Binary{std::string("\0\xff", 2)}}), R"(["AP8="])");
  EXPECT_EQ(sent({std::optional<int>(3), std::optional<std::string>()}), "[3,null]");
}

TEST_F(SdkSqlite, FaultQ1_TextsThatLookLikeBase64StayTexts) {
  EXPECT_EQ(sent({"Dave", ""}), R"([{"$text":"Dave"},{"$text":""}])");
  EXPECT_EQ(sent({sqlite::Untyped{"Dave"}}), R"(["Dave"])");
}

TEST_F(SdkSqlite, WhatNoParameterCanBeIsNotSent) {
  EXPECT_THAT(sent({1, uint64_t{1} << 63}), HasSubstr("parameter 2 is larger"));
  EXPECT_THAT(sent({"\xff"}), HasSubstr("give bytes as a Binary"));
  EXPECT_EQ(kind_of(db.write("INSERT", {"\xff"})), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(db.write("\xff")), ErrorKind::kInvalid);
  EXPECT_TRUE(asked.empty());
}

TEST_F(SdkSqlite, RowsHaveTypes) {
  auto got = rows(R"({"columns":["id","name","x","key"],"rows":[[1,"A\n",0.5,{"$blob":"AP8="}],)"
                  R"([{"$integer":"9007199254740993"},null,{"$real":"-Infinity"},{"$blob":""}]]})");
  ASSERT_TRUE(got.has_value()) << got.error().sentence;
  EXPECT_EQ(asked.at(0), body(R"({"QueryColumns":"SELECT"})"));
  EXPECT_THAT(got->columns(), ElementsAre("id", "name", "x", "key"));
  const sqlite::Row* row = got->next();
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->get<int64_t>("id"), 1);
  EXPECT_EQ(row->get<uint8_t>(0), uint8_t{1});
  EXPECT_EQ(row->get<bool>(0), true);
  EXPECT_EQ(row->get<std::string>(1), "A\n");
  EXPECT_EQ(row->get<double>("x"), 0.5);
  EXPECT_EQ(row->get<sqlite::Binary>(3)->bytes, std::string_view("\0\xff", 2));
  EXPECT_EQ(row->get<sqlite::Value>(3), sqlite::Value(sqlite::Binary{std::string("\0\xff", 2)}));
  row = got->next();
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->get<int64_t>(0), 9007199254740993);
  EXPECT_EQ(row->get<std::optional<std::string>>(1).value(), std::nullopt);
  EXPECT_EQ(row->get<double>(2), -std::numeric_limits<double>::infinity());
  EXPECT_EQ(got->next(), nullptr);
  EXPECT_EQ(got->next(), nullptr);
}

TEST_F(SdkSqlite, RowsAreGoneThroughAsTuples) {
  auto got = rows(R"({"columns":["a","b"],"rows":[[1,"x"],[2,"y"]]})");
  ASSERT_TRUE(got.has_value());
  auto moved = *std::move(got);
  std::vector<std::tuple<int, std::string>> all;
  for (const auto& row : moved) all.push_back(row.as<int, std::string>().value());
  EXPECT_THAT(all, ElementsAre(std::tuple(1, "x"), std::tuple(2, "y")));
}

TEST_F(SdkSqlite, AValueOfAnotherTypeIsAnError) {
  auto got = rows(R"({"columns":["a","b"],"rows":[[300,"x"]]})");
  ASSERT_TRUE(got.has_value());
  const auto& row = *got->next();
  EXPECT_THAT(sentence_of(row.get<std::string>("a")), HasSubstr("column a has another type: 300"));
  EXPECT_EQ(kind_of(row.get<uint8_t>(0)), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(row.get<bool>(0)), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(row.get<int>(2)), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(row.get<int>("c")), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(row.as<int>()), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(row.as<int, int>()), ErrorKind::kInvalid);
}

TEST_F(SdkSqlite, NoRowsAreRows) {
  auto none = rows(R"({"columns":["a"],"rows":[]})");
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(none->next(), nullptr);
  auto empty = rows(R"({"columns":[],"rows":[[]]})");
  ASSERT_TRUE(empty.has_value());
  EXPECT_EQ(empty->next()->size(), 0u);
}

TEST_F(SdkSqlite, RowsThatMakeNoSenseAreErrors) {
  for (const char* json :
       {"", "[]", "{}", R"({"columns":["a"]})", R"({"columns":["a"],"rows":[[1,2]]})",
        R"({"columns":["a"],"rows":[1]})", R"({"columns":[1],"rows":[]})",
        R"({"columns":["a"],"rows":[[1]}", R"({"rows":[],"columns":[]})"}) {
    EXPECT_EQ(kind_of(rows(json)), ErrorKind::kBadAnswer) << json;
  }
  for (const char* cell : {"[]", "{}", R"({"$blob":"x"})", R"({"$integer":"x"})", "true",
                           R"({"$what":"x"})", "9223372036854775808"}) {
    auto got = rows(R"({"columns":["a"],"rows":[[)" + std::string(cell) + "]]}");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(kind_of(got->next()->get<sqlite::Value>(0)), ErrorKind::kBadAnswer) << cell;
  }
}

TEST_F(SdkSqlite, RowsAreReadAsStructsOnANodeOfKinode10) {
  next("\"Read\"", octets(R"([{"id":9007199254740993,"key":"AP8=","name":null,"other":1}])"));
  const auto users = db.query_as<User>("SELECT id, name, key, other FROM users");
  ASSERT_TRUE(users.has_value());
  EXPECT_THAT(*users, ElementsAre(User{9007199254740993, {}, {std::string("\0\xff", 2)}}));
  EXPECT_THAT(asked.at(0), HasSubstr("\"Query\""));
  next("\"Read\"", octets(R"([{"id":"x"}])"));
  const auto other = db.query_as<User>("SELECT");
  EXPECT_EQ(kind_of(other), ErrorKind::kBadAnswer);
  EXPECT_THAT(sentence_of(other), HasSubstr("[0]: id"));
}

TEST_F(SdkSqlite, AWriteGivesTheRowsThatItReturns) {
  next("\"Ok\"", octets(R"([{"id":1}])"));
  const auto rows = db.write_returning("INSERT INTO t DEFAULT VALUES RETURNING id");
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->bytes(), R"([{"id":1}])");
}

TEST_F(SdkSqlite, ATransactionSaysWhichStatementFailed) {
  next(R"({"BeginTx":{"tx_id":9}})");
  next("\"Ok\"");
  next(R"({"Err":{"RusqliteError":"UNIQUE constraint failed: t.a"}})",
       BlobValue{R"({"kind":"Constraint","statement":0})", "application/json"});
  const auto failed = db.transaction([](sqlite::Transaction& tx) -> Status {
    if (auto written = tx.write("INSERT INTO t VALUES (?)", {1}); !written) return written;
    return tx.commit();
  });
  EXPECT_EQ(kind_of(failed), ErrorKind::kConstraint);
  EXPECT_EQ(failed.error().statement, 0u);
  EXPECT_EQ(asked.at(1), body(R"x({"Write":{"statement":"INSERT INTO t VALUES (?)","tx_id":9}})x"));
  EXPECT_EQ(asked.size(), 3u) << "a transaction that ended is not aborted";
}

TEST_F(SdkSqlite, ErrorsHaveAKindOnEveryNode) {
  const auto kind_for = [&](const std::string& error) {
    next("{\"Err\":" + error + "}");
    return kind_of(db.write("x"));
  };
  EXPECT_EQ(kind_for(R"({"RusqliteError":"UNIQUE constraint failed: t.a"})"),
            ErrorKind::kConstraint);
  EXPECT_EQ(kind_for("\"NotAWriteKeyword\""), ErrorKind::kInvalid);
  EXPECT_EQ(kind_for("\"InvalidParameters\""), ErrorKind::kInvalid);
  EXPECT_EQ(kind_for("{\"NoTx\":7}"), ErrorKind::kNoTransaction);
  EXPECT_EQ(kind_for(R"({"NoDb":[{"package_name":"p","publisher_node":"n.os"},"d"]})"),
            ErrorKind::kNotFound);
  next(R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(kind_of(db.query("SELECT 1")), ErrorKind::kUnsupported);
}

TEST(Base64, ReadsExactlyWhatItWrites) {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(detail::base64_bytes(detail::base64(bytes)), bytes);
  }
  EXPECT_EQ(detail::base64("foob"), "Zm9vYg==");
  for (const char* text :
       {"Z", "Zg=", "Zg==Zg==", "Zh==", "Zm9=", "Zm9v\n", "====", "Z===", "Zg-="}) {
    EXPECT_EQ(detail::base64_bytes(text), std::nullopt) << text;
  }
}
