// Saved state by message: every answer and every refusal (kernel.md 1.10, 4.1).
#include "modules/state/state_module.h"

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <filesystem>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "store/mem_kv.h"
#include "store/rocks_kv.h"

namespace kinode::state {
namespace {

constexpr std::string_view kP = "a.os@p:k:sys";
constexpr std::string_view kKernel = "a.os@kernel:distro:sys";

class State : public testing::Test {
 protected:
  State() { EXPECT_TRUE(module.start(port)); }

  static std::shared_ptr<msg::Envelope> message(std::string_view source, std::string_view body,
                                                const char* blob = nullptr) {
    auto out = support::request(source, "a.os@state:distro:sys", body);
    if (blob != nullptr) {
      out->blob = std::make_shared<const msg::Blob>(msg::Blob{"x/y", Bytes::copy(blob)});
    }
    return out;
  }

  /// The answer to `of`; there must be one.
  msg::EnvelopeRef answer(msg::EnvelopeRef of) {
    port.sent.clear();
    module.handle(std::move(of));
    EXPECT_EQ(port.sent.size(), 1u);
    return port.sent.empty() ? nullptr : port.sent[0];
  }
  std::string body(msg::EnvelopeRef of) {
    const auto got = answer(std::move(of));
    return got && got->response() ? std::string(got->response()->body.text()) : "no answer";
  }

  store::MemKv kv;
  store::StateStore store{kv, store::Durability::kProcess};
  support::FakePort port;
  StateModule module{store, "unused"};
};

TEST_F(State, IsNotPublic) {
  EXPECT_EQ(module.info().id.text(), "state:distro:sys");
  EXPECT_FALSE(module.info().is_public);
}

TEST_F(State, WhatWasSetIsRead) {
  EXPECT_EQ(body(message(kP, R"({"SetState":"p:k:sys"})", "value")), R"("SetState")");
  EXPECT_EQ(store.get({"p", "k", "sys"}).value().value().text(), "value");
  const auto got = answer(message(kP, R"({"GetState":"p:k:sys"})"));
  EXPECT_EQ(got->response()->body.text(), R"("GetState")");
  ASSERT_NE(got->blob, nullptr);
  EXPECT_EQ(got->blob->mime, "application/octet-stream");
  EXPECT_EQ(got->blob->bytes.text(), "value");
}

TEST_F(State, AnAnswerCarriesIdAndMetadataAndGoesWhereTheRequestSays) {
  auto request = message(kP, R"({"SetState":"p:k:sys"})", "v");
  std::get<msg::Request>(request->message).metadata = "mine";
  request->rsvp = msg::share(msg::Address::parse("a.os@other:k:sys").value());
  const auto got = answer(request);
  EXPECT_EQ(got->id, 7u);
  EXPECT_EQ(got->source->text(), "a.os@state:distro:sys");
  EXPECT_EQ(got->target->text(), "a.os@other:k:sys");
  EXPECT_EQ(got->response()->metadata, "mine");
  EXPECT_EQ(got->blob, nullptr);
}

TEST_F(State, DeletingIsDoneAlsoWhenThereIsNothing) {
  body(message(kP, R"({"SetState":"p:k:sys"})", "v"));
  EXPECT_EQ(body(message(kP, R"({"DeleteState":"p:k:sys"})")), R"("DeleteState")");
  EXPECT_EQ(body(message(kP, R"({"DeleteState":"p:k:sys"})")), R"("DeleteState")");
  EXPECT_EQ(body(message(kP, R"({"GetState":"p:k:sys"})")),
            R"({"Err":{"NotFound":{"process_id":"p:k:sys"}}})");
}

TEST_F(State, SuccessIsSilentWhenNobodyAsks) {
  msg::Request quiet;
  quiet.body = Bytes::copy(R"({"SetState":"p:k:sys"})");
  auto request = support::envelope(kP, "a.os@state:distro:sys", quiet);
  request->blob = std::make_shared<const msg::Blob>();
  module.handle(request);
  EXPECT_TRUE(port.sent.empty());
  EXPECT_TRUE(store.get({"p", "k", "sys"}).value().has_value());
}

TEST_F(State, AnErrorIsAnsweredAlsoWhenNobodyAsks) {
  msg::Request quiet;
  quiet.body = Bytes::copy(R"({"GetState":"p:k:sys"})");
  EXPECT_EQ(body(support::envelope(kP, "a.os@state:distro:sys", quiet)),
            R"({"Err":{"NotFound":{"process_id":"p:k:sys"}}})");
}

TEST_F(State, SettingNeedsABlob) {
  const auto got = answer(message(kP, R"({"SetState":"p:k:sys"})"));
  EXPECT_EQ(got->response()->body.text(), R"({"Err":{"BadBytes":{"action":"SetState"}}})");
  EXPECT_EQ(got->blob, nullptr);
}

TEST_F(State, WhatItCannotReadIsBadJson) {
  for (const std::string_view text : {"", "{", R"({"GetState":"p:k"})", R"("Other")"}) {
    const std::string got = body(message(kP, text));
    EXPECT_TRUE(got.starts_with(R"({"Err":{"BadJson":{"error":")")) << got;
  }
}

TEST_F(State, AResponseIsABadRequest) {
  EXPECT_EQ(body(support::envelope(kP, "a.os@state:distro:sys", msg::Response{})),
            R"({"Err":{"BadRequest":{"error":"not a request"}}})");
}

TEST_F(State, ASendErrorIsNotAnswered) {
  module.handle(support::envelope(kP, "a.os@state:distro:sys", msg::SendError{}));
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(State, Fault6_NobodyTouchesTheStateOfAnother) {
  ASSERT_TRUE(store.set({"q", "k", "sys"}, as_bytes("secret")));
  for (const std::string_view action : {"GetState", "SetState", "DeleteState"}) {
    const auto got = answer(message(kP, "{\"" + std::string(action) + "\":\"q:k:sys\"}", "evil"));
    EXPECT_EQ(got->response()->body.text(),
              R"({"Err":{"BadRequest":{"error":"p:k:sys may not touch the state of q:k:sys: a )"
              R"(process reads and writes its own only"}}})");
    EXPECT_EQ(got->blob, nullptr);
  }
  EXPECT_EQ(store.get({"q", "k", "sys"}).value().value().text(), "secret");
}

TEST_F(State, Fault6_TheProcessTableIsTheKernelsOnly) {
  EXPECT_NE(body(message(kP, R"({"GetState":"kernel:distro:sys"})")).find("may not touch"),
            std::string::npos);
  EXPECT_EQ(body(message(kKernel, R"({"GetState":"kernel:distro:sys"})")),
            R"({"Err":{"NotFound":{"process_id":"kernel:distro:sys"}}})");
}

TEST_F(State, Fault2_AProcessNamedKernelIsNotTheKernel) {
  const auto text = body(message("a.os@kernel:evil:sys", R"({"GetState":"q:k:sys"})"));
  EXPECT_NE(text.find("may not touch"), std::string::npos) << text;
}

TEST_F(State, TheKernelTouchesEverybodys) {
  EXPECT_EQ(body(message(kKernel, R"({"SetState":"p:k:sys"})", "v")), R"("SetState")");
  EXPECT_EQ(body(message(kP, R"({"GetState":"p:k:sys"})")), R"("GetState")");
}

TEST_F(State, IgnoresOtherNodesAndSaysSo) {
  module.handle(message("b.os@p:k:sys", R"({"SetState":"p:k:sys"})", "v"));
  module.handle(message("b.os@kernel:distro:sys", "nonsense"));
  EXPECT_TRUE(port.sent.empty());
  EXPECT_TRUE(port.has_printed(1, "state: ignored a message from b.os"));
  EXPECT_EQ(store.get({"p", "k", "sys"}).value(), std::nullopt);
}

TEST_F(State, Fault34_TheLastOfTwoWritesCounts) {
  module.handle(message(kP, R"({"SetState":"p:k:sys"})", "first"));
  module.handle(message(kP, R"({"SetState":"p:k:sys"})", "second"));
  EXPECT_EQ(answer(message(kP, R"({"GetState":"p:k:sys"})"))->blob->bytes.text(), "second");
}

TEST_F(State, AFullDiskIsSaid) {
  kv.fail_after(0);
  EXPECT_EQ(body(message(kP, R"({"SetState":"p:k:sys"})", "v")),
            R"({"Err":{"RocksDBError":{"action":"SetState","error":"the disk is full (simulated): )"
            R"(free some space"}}})");
  EXPECT_TRUE(body(message(kP, R"({"DeleteState":"p:k:sys"})"))
                  .starts_with(R"({"Err":{"RocksDBError":{"action":"DeleteState")"));
}

TEST_F(State, Fault28_AValueIsBounded) {
  auto request = message(kP, R"({"SetState":"p:k:sys"})");
  request->blob = std::make_shared<const msg::Blob>(
      msg::Blob{std::nullopt, Bytes::adopt(ByteVector(limits::kStateBytesMax + 1))});
  EXPECT_NE(body(request).find("keep large data in files"), std::string::npos);
}

TEST_F(State, ABackupThatFailsIsSaid) {
  EXPECT_TRUE(
      body(message(kP, R"("Backup")")).starts_with(R"({"Err":{"RocksDBError":{"action":"Backup")"));
}

TEST(StateBackup, IsAConsistentCopyThatReplacesTheOneBefore) {
  const support::Scratch home;
  {
    const auto kv = store::open_rocks_kv(home / "kernel").value();
    store::StateStore store(*kv, store::Durability::kProcess);
    support::FakePort port;
    StateModule module(store, home / "kernel/backup");
    ASSERT_TRUE(module.start(port));
    for (const std::string_view value : {"1", "2"}) {
      ASSERT_TRUE(store.set({"p", "k", "sys"}, as_bytes(value)));
      module.handle(support::request(kP, "a.os@state:distro:sys", R"("Backup")"));
      EXPECT_EQ(port.sent.back()->response()->body.text(), R"("Backup")");
      const auto copy = store::open_rocks_kv(home / "kernel/backup").value();
      EXPECT_EQ(copy->get("p:k:sys").value().value().text(), value);
    }
  }
}

}  // namespace
}  // namespace kinode::state
