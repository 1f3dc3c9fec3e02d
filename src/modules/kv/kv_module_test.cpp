// The key-value store as programs see it (io.md 9).
#include "modules/kv/kv_module.h"

#include <filesystem>
#include <gmock/gmock.h>

#include "modules/kv/kv_fixture_test.h"
#include "msg/database_key.h"

namespace kinode::kv {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

TEST_F(KvTest, TheExchangesOfTheSpecificationByteForByte) {
  EXPECT_EQ(body(R"("Open")"), R"("Ok")");
  EXPECT_EQ(body(R"({"Set":{"key":[1,2],"tx_id":null}})", "value"), R"("Ok")");
  const Reply got = ask(R"({"Get":[1,2]})");
  EXPECT_EQ(got.body, R"({"Get":[1,2]})");
  EXPECT_EQ(got.blob, "value");
  EXPECT_EQ(got.mime, "application/octet-stream");
  EXPECT_EQ(body(R"({"Delete":{"key":[1,2],"tx_id":null}})"), R"("Ok")");
  EXPECT_EQ(body(R"({"Delete":{"key":[1,2]}})"), R"("Ok")");
  EXPECT_EQ(body(R"({"Get":[1,2]})"), R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(body(R"({"Get":[9]})"), R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
}

TEST_F(KvTest, ATransactionOfTheSpecificationByteForByte) {
  body(R"("Open")");
  const std::string tx = begin();
  EXPECT_EQ(body(R"({"Set":{"key":[1],"tx_id":)" + tx + "}}", "v"), R"("Ok")");
  EXPECT_EQ(get(1), R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(body(R"({"Commit":{"tx_id":)" + tx + "}}"), R"("Ok")");
  EXPECT_EQ(get(1), "v");
  EXPECT_EQ(commit(tx), R"({"Err":{"NoTx":)" + tx + "}}");
  EXPECT_EQ(set_in(tx, 1, "w"), R"({"Err":{"NoTx":)" + tx + "}}");
  EXPECT_EQ(body(R"({"Delete":{"key":[1],"tx_id":7}})"), R"({"Err":{"NoTx":7}})");
}

TEST_F(KvTest, AGetOfKinode09IsAnsweredInItsForm) {
  body(R"("Open")");
  set(1, "v");
  EXPECT_EQ(body(R"({"Get":{"key":[1]}})"), R"({"Get":{"key":[1]}})");
  EXPECT_EQ(body(R"("Backup")"), R"("Ok")");
}

TEST_F(KvTest, SuccessesEchoMetadataAndErrorsDoNot) {
  const auto ask_with_metadata = [&](std::string_view action) {
    msg::Request asked;
    asked.expects_response = 5;
    asked.metadata = "mine";
    asked.body = Bytes::copy(request(action));
    module().handle(support::envelope(kAlice, "a.os@kv:distro:sys", asked));
    return replies().at(0).metadata;
  };
  EXPECT_EQ(ask_with_metadata(R"("Open")"), "mine");
  EXPECT_EQ(ask_with_metadata(R"({"Get":[1]})"), std::nullopt);
}

TEST_F(KvTest, AnswersErrorsAlwaysAndSuccessesOnlyToWhoWantsThem) {
  msg::Request asked;
  asked.body = Bytes::copy(request(R"("Open")"));
  module().handle(support::envelope(kAlice, "a.os@kv:distro:sys", asked));
  EXPECT_THAT(replies(), SizeIs(0));
  asked.body = Bytes::copy(request(R"({"Get":[1]})"));
  module().handle(support::envelope(kAlice, "a.os@kv:distro:sys", asked));
  EXPECT_THAT(replies(), SizeIs(1));
}

TEST_F(KvTest, OpeningIsForThePackageWhoseDatabaseItIs) {
  EXPECT_EQ(body(R"("Open")", {}, kStranger), R"({"Err":"MismatchingPackageId"})");
  EXPECT_EQ(body(R"("RemoveDb")", {}, kStranger), R"({"Err":"MismatchingPackageId"})");
  EXPECT_FALSE(fs::exists(home / "kv"));
}

TEST_F(KvTest, OpenGivesTheRightsToWhoAskedAndToNoSibling) {
  EXPECT_EQ(body(R"({"Get":[1]})"), R"({"Err":"NoReadCap"})");
  body(R"("Open")");
  set(1, "v");
  EXPECT_EQ(get(1), "v");
  EXPECT_EQ(body(R"({"Get":[1]})", {}, kSibling), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(set_in("null", 1, "w", kSibling), R"({"Err":"NoWriteCap"})");
  EXPECT_EQ(body(R"("Open")", {}, kSibling), R"("Ok")");
  EXPECT_EQ(set_in("null", 1, "w", kSibling), R"("Ok")");
}

TEST_F(KvTest, ARightThatCouldNotBeStoredIsNotAcknowledged) {
  port.answer_to_grant = fail(Code::kIo, "the disk is full");
  EXPECT_EQ(body(R"("Open")"), R"({"Err":"AddCapFailed"})");
}

TEST_F(KvTest, ARightIsForOneDatabaseAndOneKindOfAction) {
  body(R"("Open")");
  body(R"("Open")", {}, kAlice, "other");
  const auto reads = msg::database_capability(msg::Address::parse("a.os@kv:distro:sys").value(),
                                              msg::DatabaseRight::kRead, {{"p", "n.os"}, "other"});
  port.capabilities.emplace(msg::Address::parse(kStranger).value().process, reads);
  EXPECT_EQ(body(R"({"Get":[1]})", {}, kStranger, "other"), R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(body(R"({"Get":[1]})", {}, kStranger), R"({"Err":"NoReadCap"})");
  for (const auto* action :
       {R"({"Set":{"key":[1]}})", R"({"Delete":{"key":[1]}})", R"("BeginTx")",
        R"({"Commit":{"tx_id":1}})", R"({"Abort":{"tx_id":1}})",
        R"({"GetForUpdate":{"key":[1],"tx_id":1}})", R"({"CompareAndSet":{"key":[1]}})"}) {
    EXPECT_EQ(body(action, "v", kStranger, "other"), R"({"Err":"NoWriteCap"})") << action;
  }
}

TEST_F(KvTest, WhatCannotBeUnderstoodIsMalformed) {
  for (const auto* text : {"", "{", "[]", "\"Open\"", R"({"db":"x"})"}) {
    EXPECT_EQ(ask_raw(kAlice, text).body, R"({"Err":"MalformedRequest"})") << text;
  }
  body(R"("Open")");
  EXPECT_EQ(body(R"({"Set":{"key":[1]}})"), R"({"Err":"MalformedRequest"})");
}

TEST_F(KvTest, EmptyKeysAndEmptyValuesAreLegal) {
  body(R"("Open")");
  EXPECT_EQ(body(R"({"Set":{"key":[]}})", ""), R"("Ok")");
  const Reply got = ask(R"({"Get":[]})");
  EXPECT_EQ(got.body, R"({"Get":[]})");
  EXPECT_EQ(got.blob, "");
}

TEST_F(KvTest, OtherNodesAreNotServed) {
  tell("b.os@alice:p:n.os", request(R"("Open")"));
  EXPECT_THAT(replies(), SizeIs(0));
  EXPECT_TRUE(port.has_printed(1, "kv: ignored a message from b.os"));
}

TEST_F(KvTest, RegistersWithTheDescriptorManager) {
  stop();
  port.sent.clear();
  KvModule fresh(KvConfig{home / "kv", store::Durability::kProcess});
  ASSERT_TRUE(fresh.start(port));
  ASSERT_THAT(port.sent, SizeIs(1));
  EXPECT_EQ(port.sent[0]->request()->body.text(), "\"RequestFdsLimit\"");
  EXPECT_EQ(port.sent[0]->target->text(), "a.os@fd-manager:distro:sys");
  fresh.stop();
}

TEST_F(KvTest, WhatWasWrittenIsThereAfterARestart) {
  body(R"("Open")");
  set(1, "v");
  stop();
  start();
  EXPECT_EQ(get(1), "v");
}

TEST_F(KvTest, ScansGoThroughAllPairsInOrderPageByPage) {
  body(R"("Open")");
  for (int key = 9; key >= 1; --key) set(key, std::string(1, static_cast<char>('a' + key)));
  Reply page = ask(R"({"Scan":{"limit":4}})");
  EXPECT_EQ(page.body, R"({"Scan":{"next":[4]}})");
  EXPECT_EQ(page.blob, "[[[1],[98]],[[2],[99]],[[3],[100]],[[4],[101]]]");
  EXPECT_EQ(page.mime, "application/json");
  page = ask(R"({"Scan":{"limit":4,"after":[4],"keys_only":true}})");
  EXPECT_EQ(page.blob, "[[5],[6],[7],[8]]");
  page = ask(R"({"Scan":{"limit":4,"after":[8],"keys_only":true}})");
  EXPECT_EQ(page.body, R"({"Scan":{"next":null}})");
  EXPECT_EQ(page.blob, "[[9]]");
  page = ask(R"({"Scan":{"limit":2,"reverse":true,"from":[7],"keys_only":true}})");
  EXPECT_EQ(page.blob, "[[7],[6]]");
  page = ask(R"({"Scan":{"limit":2,"reverse":true,"from":[7],"after":[6],"keys_only":true}})");
  EXPECT_EQ(page.blob, "[[5],[4]]");
}

TEST_F(KvTest, ScansOfAPrefixEndWithIt) {
  body(R"("Open")");
  for (const auto* key : {"[1]", "[1,0]", "[1,255]", "[2]", "[255]", "[255,255]", "[0,9]"}) {
    body(std::string(R"({"Set":{"key":)") + key + "}}", "v");
  }
  const auto keys = [&](std::string_view scan) { return ask(scan).blob.value_or(""); };
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[1],"keys_only":true}})"), "[[1],[1,0],[1,255]]");
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[1],"keys_only":true,"reverse":true}})"),
            "[[1,255],[1,0],[1]]");
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[255],"keys_only":true,"reverse":true}})"),
            "[[255,255],[255]]");
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[3],"keys_only":true}})"), "[]");
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[1],"from":[1,5],"keys_only":true}})"), "[[1,255]]");
  EXPECT_EQ(keys(R"({"Scan":{"prefix":[1],"from":[0],"keys_only":true}})"), "[[1],[1,0],[1,255]]");
}

TEST_F(KvTest, ManyKeysAreReadAtOnce) {
  body(R"("Open")");
  set(1, "a");
  set(3, "");
  const Reply got = ask(R"({"GetMany":[[1],[2],[3]]})");
  EXPECT_EQ(got.body, R"({"GetMany":{"found":2}})");
  EXPECT_EQ(got.blob, "[[97],null,[]]");
}

TEST_F(KvTest, CompareAndSetWritesOnlyOverWhatIsExpected) {
  body(R"("Open")");
  EXPECT_EQ(body(R"({"CompareAndSet":{"key":[1],"expected":null}})", "a"),
            R"({"CompareAndSet":{"done":true}})");
  const Reply refused = ask(R"({"CompareAndSet":{"key":[1],"expected":null}})", "b");
  EXPECT_EQ(refused.body, R"({"CompareAndSet":{"done":false}})");
  EXPECT_EQ(refused.blob, "a");
  EXPECT_EQ(body(R"({"CompareAndSet":{"key":[1],"expected":[97]}})", "b"),
            R"({"CompareAndSet":{"done":true}})");
  EXPECT_EQ(get(1), "b");
  EXPECT_EQ(body(R"({"CompareAndSet":{"key":[1],"expected":[98]}})"),
            R"({"CompareAndSet":{"done":true}})");
  EXPECT_EQ(get(1), R"({"Err":"KeyNotFound"})");
}

}  // namespace
}  // namespace kinode::kv
