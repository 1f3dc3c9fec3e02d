// The JSON of the key-value store, byte for byte (io.md 9.2, 9.3, 13.1, 15.6).
#include "modules/kv/kv_messages.h"

#include <gtest/gtest.h>

namespace kinode::kv {
namespace {

constexpr std::string_view kHead =
    R"({"package_id":{"package_name":"p","publisher_node":"n.os"},"db":"birthdays","action":)";

std::string with_action(std::string_view action) {
  return std::string(kHead) + std::string(action) + "}";
}

Bytes bytes(std::initializer_list<std::uint8_t> values) { return Bytes::copy(ByteVector(values)); }

KvAction action_of(std::string_view json) {
  const auto request = decode_kv_request(as_bytes(with_action(json)));
  EXPECT_TRUE(request) << json << ": " << (request ? "" : request.error().detail);
  if (!request) return action::Open{};
  EXPECT_EQ(request->database, (msg::DatabaseKey{{"p", "n.os"}, "birthdays"}));
  return request->action;
}

TEST(KvRequest, EveryActionOfTheOriginalIsRead) {
  const std::uint64_t tx = 5577006791947779410u;
  const struct {
    std::string_view json;
    KvAction action;
  } cases[] = {
      {R"("Open")", action::Open{}},
      {R"({"Open":null})", action::Open{}},
      {R"("RemoveDb")", action::RemoveDb{}},
      {R"({"Set":{"key":[1,2],"tx_id":null}})", action::Set{bytes({1, 2}), {}}},
      {R"({"Set":{"key":[1]}})", action::Set{bytes({1}), {}}},
      {R"({"Set":{"key":[1],"tx_id":5577006791947779410}})", action::Set{bytes({1}), tx}},
      {R"({"Set":{"tx_id":18446744073709551615,"key":[],"more":{}}})", action::Set{{}, ~0ull}},
      {R"({"Delete":{"key":[1,2],"tx_id":null}})", action::Delete{bytes({1, 2}), {}}},
      {R"({"Get":[1,2]})", action::Get{bytes({1, 2}), false}},
      {R"({"Get":[]})", action::Get{{}, false}},
      {R"("BeginTx")", action::BeginTx{}},
      {R"({"Commit":{"tx_id":123}})", action::Commit{123}},
  };
  for (const auto& c : cases) EXPECT_TRUE(action_of(c.json) == c.action) << c.json;
}

TEST(KvRequest, IsWrittenAsTheOriginalWritesIt) {
  const auto text = [](KvAction action) {
    return encode_kv_request({{{"p", "n.os"}, "birthdays"}, std::move(action)});
  };
  EXPECT_EQ(text(action::Open{}), with_action(R"("Open")"));
  EXPECT_EQ(text(action::Set{bytes({1, 2}), {}}),
            with_action(R"({"Set":{"key":[1,2],"tx_id":null}})"));
  EXPECT_EQ(text(action::Get{bytes({104, 105}), false}), with_action(R"({"Get":[104,105]})"));
  EXPECT_EQ(text(action::Commit{9}), with_action(R"({"Commit":{"tx_id":9}})"));
}

TEST(KvRequest, FormsOfKinode09AreRead) {
  EXPECT_TRUE(action_of(R"({"Get":{"key":[1,2]}})") == KvAction(action::Get{bytes({1, 2}), true}));
  EXPECT_TRUE(action_of(R"("Backup")") == KvAction(action::Backup{}));
}

TEST(KvRequest, OurActionsAreRead) {
  EXPECT_TRUE(action_of(R"({"Abort":{"tx_id":7}})") == KvAction(action::Abort{7}));
  EXPECT_TRUE(action_of(R"({"GetForUpdate":{"key":[1],"tx_id":7}})") ==
              KvAction(action::GetForUpdate{bytes({1}), 7}));
  EXPECT_TRUE(action_of(R"({"GetMany":[[1],[],[2,3]]})") ==
              KvAction(action::GetMany{{bytes({1}), {}, bytes({2, 3})}}));
  EXPECT_TRUE(action_of(R"({"Scan":{}})") == KvAction(action::Scan{}));
  EXPECT_TRUE(action_of(R"({"Scan":{"prefix":[1],"after":[1,2],"reverse":true,"limit":5}})") ==
              KvAction(action::Scan{bytes({1}), std::nullopt, bytes({1, 2}), true, 5, false}));
  EXPECT_TRUE(action_of(R"({"CompareAndSet":{"key":[1],"expected":null}})") ==
              KvAction(action::CompareAndSet{bytes({1}), {}}));
}

TEST(KvRequest, WhatIsWrongIsNamed) {
  const auto why = [](std::string_view body) {
    const auto request = decode_kv_request(as_bytes(body));
    return request ? std::string("understood") : request.error().detail;
  };
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_TRUE(has(why(""), "kv request"));
  EXPECT_TRUE(has(why(R"({"db":"x","action":"Open"})"), "package_id"));
  EXPECT_TRUE(has(why(with_action(R"("Steal")")), "Steal"));
  EXPECT_TRUE(has(why(with_action(R"({"Get":[256]})")), "Get"));
  EXPECT_TRUE(has(why(with_action(R"({"Get":[1.0]})")), "Get"));
  EXPECT_TRUE(has(why(with_action(R"({"Set":{"tx_id":1}})")), "key"));
  EXPECT_TRUE(has(why(with_action(R"({"Set":{"key":[1],"key":[2]}})")), "key"));
  EXPECT_TRUE(has(why(with_action(R"({"Commit":{"tx_id":18446744073709551616}})")), "tx_id"));
  EXPECT_TRUE(has(why(with_action(R"({"Commit":{"tx_id":-1}})")), "tx_id"));
}

TEST(KvResponse, EveryAnswerIsThatOfTheOriginal) {
  EXPECT_EQ(encode_kv_ok(), R"("Ok")");
  EXPECT_EQ(encode_kv_get(ByteVector{1, 2}), R"({"Get":[1,2]})");
  EXPECT_EQ(encode_kv_get(ByteVector{1, 2}, true), R"({"Get":{"key":[1,2]}})");
  EXPECT_EQ(encode_kv_begin_tx(5577006791947779410u),
            R"({"BeginTx":{"tx_id":5577006791947779410}})");
}

TEST(KvResponse, EveryErrorIsThatOfTheOriginal) {
  using Kind = KvError::Kind;
  const auto text = [](Kind kind) { return encode_kv_error({kind, {}, 0, {}, {}}); };
  EXPECT_EQ(text(Kind::kKeyNotFound), R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(text(Kind::kNoWriteCap), R"({"Err":"NoWriteCap"})");
  EXPECT_EQ(text(Kind::kNoReadCap), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(text(Kind::kMismatchingPackageId), R"({"Err":"MismatchingPackageId"})");
  EXPECT_EQ(text(Kind::kAddCapFailed), R"({"Err":"AddCapFailed"})");
  EXPECT_EQ(text(Kind::kMalformedRequest), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(encode_kv_error(KvError::no_tx(123)), R"({"Err":{"NoTx":123}})");
  EXPECT_EQ(encode_kv_error(KvError::rocks_db("text", "Io")), R"({"Err":{"RocksDBError":"text"}})");
  EXPECT_EQ(encode_kv_error(KvError::io("text", "Io")), R"({"Err":{"IOError":"text"}})");
  EXPECT_EQ(encode_kv_error(KvError::no_db({{"p", "n.os"}, "db"})),
            R"({"Err":{"NoDb":[{"package_name":"p","publisher_node":"n.os"},"db"]}})");
}

TEST(KvResponse, OursAreOfTheSameStyle) {
  EXPECT_EQ(encode_kv_get_many(2), R"({"GetMany":{"found":2}})");
  EXPECT_EQ(encode_kv_scan(bytes({1, 2})), R"({"Scan":{"next":[1,2]}})");
  EXPECT_EQ(encode_kv_scan(std::nullopt), R"({"Scan":{"next":null}})");
  EXPECT_EQ(encode_kv_compare_and_set(false), R"({"CompareAndSet":{"done":false}})");
}

}  // namespace
}  // namespace kinode::kv
