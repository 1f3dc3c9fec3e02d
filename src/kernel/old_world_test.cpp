// Programs of Kinode 0.7.0 and 0.8.0 beside those of today: names and blobs (kernel.md 2.9, 10).
#include "kernel/old_world.h"

#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <../tests/support/native_puppet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "msg/json_kernel.h"

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::id_of;
using support::messaging;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;
using wasm::World;

/// Prints the issuers of what it holds, after each message.
wasm::NativeTask<> shows_what_it_holds(wasm::NativeGuest guest) {
  for (;;) {
    co_await guest.receive();
    for (const auto& held : guest.our_capabilities()) guest.print(0, held.issuer().text());
  }
}

/// Sets its on-exit requests to one for the first message's body, and prints for whom they are.
wasm::NativeTask<> leaves_a_farewell(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  guest.set_on_exit(support::says_on_exit(got.body().text(), "farewell"));
  guest.print(0, guest.get_on_exit().requests.at(0).target.text());
  co_await guest.receive();
}

/// Starts a child that the module may message by its old name.
wasm::NativeTask<> spawns(wasm::NativeGuest guest) {
  const auto child = co_await guest.spawn(
      {.name = "child",
       .wasm_path = support::KernelFixture::path_of("echo"),
       .request_capabilities = {messaging("http_server:distro:sys")},
       .grant_capabilities = {{id_of("http_server:distro:sys"), "\"messaging\""}}});
  guest.print(0, std::holds_alternative<msg::ProcessId>(child) ? "spawned" : "not spawned");
}

/// Sends one list of requests with a capability each to the module.
wasm::NativeTask<> sends_a_list(wasm::NativeGuest guest) {
  wasm::NativeSend send{at("http_server:distro:sys"), wasm::native_request("of a list")};
  send.request.capabilities = {{cap("http_client:distro:sys", "1"), {}}};
  co_await guest.send_requests({send, send});
}

class OldWorldTest : public testing::TestWithParam<World> {
 protected:
  void SetUp() override {
    node.program("old", support::native_puppet, GetParam());
    node.program("new", support::native_puppet);
    node.program("echo", support::echo);
    node.program("old-holder", shows_what_it_holds, GetParam());
    node.program("old-farewell", leaves_a_farewell, GetParam());
    node.program("old-spawner", spawns, GetParam());
    node.program("old-lister", sends_a_list, GetParam());
    node.boot();
    for (const auto* program : {"old", "new"}) {
      ASSERT_TRUE(node.start(std::string(program) + ":k:pub", program, {.caps = held}));
    }
  }

  support::KernelFixture node;
  support::Outsider& server = node.module("http-server:distro:sys", false);
  const std::vector<msg::Capability> held{messaging("http-server:distro:sys"),
                                          messaging("vfs:distro:sys"),
                                          messaging("kernel:distro:sys")};
};

INSTANTIATE_TEST_SUITE_P(Versions, OldWorldTest,
                         testing::Values(World::kKinode07, World::kKinode08), [](const auto& info) {
                           return info.param == World::kKinode07 ? "V07" : "V08";
                         });

TEST(Worlds, OfTodayAreNotOld) {
  EXPECT_TRUE(is_old(World::kKinode07));
  EXPECT_TRUE(is_old(World::kKinode08));
  EXPECT_FALSE(is_old(World::kKinode10));
  EXPECT_FALSE(is_old(World::kHyperware10));
}

TEST_P(OldWorldTest, ASourceHasItsOldName) {
  server.send(at("old:k:pub"), wasm::native_request("hi"));
  server.send(at("new:k:pub"), wasm::native_request("hi"));
  node.settle();
  EXPECT_THAT(node.said("old:k:pub"),
              ElementsAre(HasSubstr(R"("source":"a.os@http_server:distro:sys")")));
  EXPECT_THAT(node.said("new:k:pub"),
              ElementsAre(HasSubstr(R"("source":"a.os@http-server:distro:sys")")));
}

TEST_P(OldWorldTest, ATargetMayHaveEitherName) {
  for (const auto* name : {"our@http_server:distro:sys", "a.os@http-server:distro:sys"}) {
    node.tell("old:k:pub", fmt::format(R"({{"do":"send","to":"{}","body":"x"}})", name));
  }
  ASSERT_EQ(server.got.size(), 2u);
  EXPECT_EQ(server.got[0]->target->text(), "a.os@http-server:distro:sys");
}

TEST_P(OldWorldTest, AProgramOfTodayKnowsNoOldNames) {
  node.tell("new:k:pub",
            R"({"do":"send","to":"our@http_server:distro:sys","body":"x","expects":5})");
  EXPECT_TRUE(server.got.empty());
  EXPECT_THAT(node.said("new:k:pub"),
              ElementsAre(HasSubstr(R"("target":"a.os@http_server:distro:sys")")));
}

TEST_P(OldWorldTest, AnAnswerComesFromTheNameThatWasAsked) {
  node.tell("old:k:pub",
            R"({"do":"await","to":"our@http_server:distro:sys","body":"x","expects":5})");
  ASSERT_EQ(server.got.size(), 1u);
  node.grant("http-server:distro:sys", messaging("old:k:pub"));
  server.respond(*server.got[0], "answer");
  node.settle();
  EXPECT_THAT(node.said("old:k:pub"),
              ElementsAre(AllOf(HasSubstr(R"("got":"response")"), HasSubstr("answer"),
                                HasSubstr(R"("source":"a.os@http_server:distro:sys")"))));
}

TEST_P(OldWorldTest, ASendErrorNamesTheOldTarget) {
  for (const auto* how : {"send", "await"}) {
    node.tell("old:k:pub", fmt::format(R"({{"do":"{}","to":"our@fd_manager:distro:sys",)"
                                       R"("body":"x","expects":5}})",
                                       how));
    EXPECT_THAT(node.said("old:k:pub"),
                ElementsAre(AllOf(HasSubstr(R"("got":"error")"),
                                  HasSubstr(R"("target":"a.os@fd_manager:distro:sys")"))));
  }
}

TEST_P(OldWorldTest, ACapabilityTravelsUnderBothNames) {
  const auto what = cap("http-server:distro:sys", "1");
  node.grant("old:k:pub", what);
  node.tell("old:k:pub", R"({"do":"send","to":"our@new:k:pub","body":"take","caps":)"
                         R"([{"issuer":"a.os@http_server:distro:sys","params":"1"}]})");
  EXPECT_THAT(node.said("new:k:pub"),
              ElementsAre(HasSubstr(R"("issuer":"a.os@http-server:distro:sys")")));
  node.tell("new:k:pub", R"({"do":"save_caps","caps":)"
                         R"([{"issuer":"a.os@http-server:distro:sys","params":"1"}]})");
  node.tell("new:k:pub", R"({"do":"send","to":"our@old:k:pub","body":"back","caps":)"
                         R"([{"issuer":"a.os@http-server:distro:sys","params":"1"}]})");
  EXPECT_THAT(node.said("old:k:pub"),
              ElementsAre(HasSubstr(R"("issuer":"a.os@http_server:distro:sys")")));
}

TEST_P(OldWorldTest, CapabilitiesAreSavedAndDroppedByTheOldName) {
  const auto what = cap("http-client:distro:sys", "1");
  const std::string old = R"([{"issuer":"a.os@http_client:distro:sys","params":"1"}])";
  node.grant("new:k:pub", what);
  node.tell("new:k:pub", R"({"do":"send","to":"our@old:k:pub","body":"take","caps":)"
                         R"([{"issuer":"a.os@http-client:distro:sys","params":"1"}]})");
  node.tell("old:k:pub", R"({"do":"save_caps","caps":)" + old + "}");
  EXPECT_TRUE(node.holds("old:k:pub", what));
  node.tell("old:k:pub", R"({"do":"drop_caps","caps":)" + old + "}");
  EXPECT_FALSE(node.holds("old:k:pub", what));
}

TEST_P(OldWorldTest, WhatItHoldsHasOldIssuers) {
  node.start("holder:k:pub", "old-holder", {.caps = {messaging("http-client:distro:sys")}});
  node.tell("holder:k:pub", "show");
  EXPECT_THAT(node.said("holder:k:pub"),
              UnorderedElementsAre("a.os@http_client:distro:sys", "a.os@holder:k:pub"));
}

TEST_P(OldWorldTest, AnOnExitRequestReachesTheOldName) {
  node.start("farewell:k:pub", "old-farewell", {.caps = {messaging("http-server:distro:sys")}});
  node.tell("farewell:k:pub", "our@http_server:distro:sys");
  EXPECT_THAT(node.said("farewell:k:pub"), ElementsAre("our@http_server:distro:sys"));
  EXPECT_TRUE(server.got.empty());
  node.tell("farewell:k:pub", "end");
  ASSERT_EQ(server.got.size(), 1u);
  EXPECT_EQ(server.got[0]->request()->body.text(), "farewell");
}

TEST_P(OldWorldTest, ASpawnGrantsByOldNamesAndTheChildInheritsTheVersion) {
  ASSERT_EQ(node.command(R"({"InitializeProcess":{"id":"parent:k:pub","wasm_bytes_handle":"",)"
                         R"("wit_version":0,"on_exit":"None","initial_capabilities":[],)"
                         R"("public":true}})",
                         wasm::NativeEngine::component("old-spawner")),
            "\"InitializedProcess\"");
  for (const auto& each : {messaging("vfs:distro:sys"), messaging("http-server:distro:sys"),
                           cap("vfs:distro:sys", R"({"root":true})")}) {
    node.grant("parent:k:pub", each);
  }
  node.run("parent:k:pub");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("spawned"));
  EXPECT_TRUE(node.holds("http-server:distro:sys", messaging("child:k:pub")));
  EXPECT_TRUE(node.holds("child:k:pub", messaging("http-server:distro:sys")));
  EXPECT_THAT(*node.command(R"({"Debug":{"Process":"child:k:pub"}})"),
              HasSubstr(R"("wit_version":0)"));
}

TEST_P(OldWorldTest, AListOfRequestsIsRenamedWhole) {
  node.start("lister:k:pub", "old-lister",
             {.caps = {messaging("http-server:distro:sys"), cap("http-client:distro:sys", "1")}});
  ASSERT_EQ(server.got.size(), 2u);
  for (const auto& got : server.got) {
    EXPECT_EQ(got->target->text(), "a.os@http-server:distro:sys");
    EXPECT_EQ(got->request()->capabilities.at(0).cap, cap("http-client:distro:sys", "1"));
  }
}

// Blobs: since 1.0 a send error has none; before, it left that of the last message in place.

/// Gets a blob, then a send error, then says what blob there is and forwards it.
constexpr std::string_view kBlobThenError =
    R"({"do":"script","steps":[{"receive":1},)"
    R"({"do":"await","to":"our@nobody:k:pub","body":"x","expects":1},)"
    R"({"do":"send","to":"our@echo:k:pub","body":"forwarded","inherit":true,"expects":5},)"
    R"({"receive":1},{"receive":1},)"
    R"({"do":"await","to":"our@nobody:k:pub","body":"x","expects":1}]})";

TEST_P(OldWorldTest, ASendErrorLeavesTheBlobInPlace) {
  node.start("echo:k:pub", "echo", {.caps = {messaging("owner:distro:sys")}});
  for (const auto* name : {"old", "new"}) {
    const std::string id = std::string(name) + ":k:pub";
    const auto blob = std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy("b1")});
    const bool old = name == std::string_view("old");
    node.tell(id, kBlobThenError);
    node.owner().send(at(id), wasm::native_request("with"), blob);
    node.settle();
    node.tell(id, "without");
    const auto said = node.said(id);
    ASSERT_EQ(said.size(), 5u) << name;
    EXPECT_THAT(said[0], AllOf(HasSubstr(R"("body":"with")"), HasSubstr(R"("get_blob":"b1")")));
    EXPECT_THAT(said[1], AllOf(HasSubstr(R"("got":"error")"),
                               HasSubstr(old ? R"("get_blob":"b1")" : R"("get_blob":null)")));
    // A message without a blob takes it away in both, and an error does not bring it back.
    EXPECT_THAT(said[3], AllOf(HasSubstr(R"("body":"without")"), HasSubstr(R"("get_blob":null)")));
    EXPECT_THAT(said[4], AllOf(HasSubstr(R"("got":"error")"), HasSubstr(R"("get_blob":null)")));
  }
}

TEST_P(OldWorldTest, AfterASendErrorTheBlobOfTheMessageIsInherited) {
  for (const auto* name : {"old", "new"}) {
    const std::string id = std::string(name) + ":k:pub";
    const auto blob = std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy("b1")});
    node.tell(id,
              R"({"do":"script","steps":[{"receive":1},)"
              R"({"do":"await","to":"our@nobody:k:pub","body":"x","expects":1},)"
              R"({"do":"send","to":"our@http-server:distro:sys","body":"on","inherit":true}]})");
    node.owner().send(at(id), wasm::native_request("with"), blob);
    node.settle();
  }
  ASSERT_EQ(server.got.size(), 2u);
  ASSERT_TRUE(server.got[0]->blob);
  EXPECT_EQ(server.got[0]->blob->bytes.text(), "b1");
  EXPECT_FALSE(server.got[1]->blob);
}

// Kernel commands.

TEST_P(OldWorldTest, TheKernelTakesOldNamesFromAnybody) {
  node.command(R"({"GrantCapabilities":{"target":"http_server:distro:sys","capabilities":)"
               R"([{"issuer":"a.os@fd_manager:distro:sys","params":"1"}]}})");
  EXPECT_TRUE(node.holds("http-server:distro:sys", cap("fd-manager:distro:sys", "1")));
}

TEST_P(OldWorldTest, TheKernelAnswersEachInItsOwnNames) {
  const auto ask = [&](std::string_view id, std::string_view name) {
    const std::string command = fmt::format(R"({{\"Debug\":{{\"Process\":\"{}\"}}}})", name);
    node.tell(id, fmt::format(R"({{"do":"await","to":"our@kernel:distro:sys","body":"{}",)"
                              R"("expects":5}})",
                              command));
    return node.said(id);
  };
  node.grant("http-server:distro:sys", messaging("http-client:distro:sys"));
  EXPECT_THAT(ask("old:k:pub", "http_server:distro:sys"),
              ElementsAre(AllOf(HasSubstr("@http_client:distro:sys"), Not(HasSubstr("http-")))));
  EXPECT_THAT(ask("new:k:pub", "http-server:distro:sys"),
              ElementsAre(AllOf(HasSubstr("@http-client:distro:sys"), Not(HasSubstr("http_")))));
}

}  // namespace
}  // namespace kinode::kernel
