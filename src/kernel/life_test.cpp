// How processes begin, end and begin again (kernel.md 2.5 spawn, 3.7, 3.8).
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::id_of;
using support::messaging;
using support::restarts;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// Spawns what the body names (`name program`), says what came of it, and goes on.
wasm::NativeTask<> spawns(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    const std::string body(got.body().text());
    const auto space = body.find(' ');
    wasm::NativeSpawn spawn;
    if (space > 0) spawn.name = body.substr(0, space);
    spawn.wasm_path = support::KernelFixture::path_of(body.substr(space + 1));
    spawn.request_capabilities = {messaging("secret:k:pub"), messaging("not-mine:k:pub"),
                                  cap("parent:k:pub", "\"key\"")};
    spawn.grant_capabilities = {{id_of("friend:k:pub"), "\"see\""}};
    const auto spawned = co_await guest.spawn(std::move(spawn));
    if (const auto* id = std::get_if<msg::ProcessId>(&spawned)) {
      guest.print(0, id->text());
    } else {
      guest.print(0, std::get<wasm::NativeSpawnError>(spawned) == wasm::NativeSpawnError::kNameTaken
                         ? "name-taken"
                         : "no-file-at-path");
    }
  }
}

/// Sets on-exit to restart and ends.
wasm::NativeTask<> wants_restart_and_ends(wasm::NativeGuest guest) {
  guest.print(0, "started");
  guest.set_on_exit(restarts());
  co_return;
}

wasm::NativeTask<> talks_to_itself(wasm::NativeGuest guest) {
  guest.send_request({guest.our(), wasm::native_request("hello")});
  for (;;) co_await guest.receive();
}

class Life : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("ends-at-a-message", support::ends_at_a_message);
    node.program("ends-at-once", support::ends_at_once);
    node.program("spawns", spawns);
    node.boot();
  }
  void start_parent() {
    node.start("friend:k:pub", "echo");
    node.start("parent:k:pub", "spawns",
               {.is_public = false,
                .caps = {messaging("vfs:distro:sys"), messaging("secret:k:pub"),
                         cap("vfs:distro:sys", R"({"root":true})")}});
  }
  std::size_t starts(std::string_view id) { return node.said(id).size(); }
  support::KernelFixture node;
};

TEST_F(Life, ASpawnedChildRunsUnderTheNameOfItsParentsPackage) {
  start_parent();
  node.tell("parent:k:pub", "child echo");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("child:k:pub"));
  EXPECT_TRUE(node.exists("child:k:pub"));
  EXPECT_TRUE(node.printouts.has(2, "k:pub: spawned a new process"));
}

TEST_F(Life, AChildGetsWhatTheParentHoldsOrIssuesAndNoMore) {
  start_parent();
  node.tell("parent:k:pub", "child echo");
  EXPECT_TRUE(node.holds("child:k:pub", messaging("secret:k:pub")));
  EXPECT_TRUE(node.holds("child:k:pub", cap("parent:k:pub", "\"key\"")));
  EXPECT_FALSE(node.holds("child:k:pub", messaging("not-mine:k:pub")));
}

TEST_F(Life, ParentChildAndFriendsMayDoWhatSpawnSays) {
  start_parent();
  node.tell("parent:k:pub", "child echo");
  EXPECT_TRUE(node.holds("child:k:pub", messaging("parent:k:pub")));
  EXPECT_TRUE(node.holds("parent:k:pub", messaging("child:k:pub")));
  EXPECT_TRUE(node.holds("friend:k:pub", cap("child:k:pub", "\"see\"")));
}

TEST_F(Life, ASpawnWithoutANameGetsOne) {
  start_parent();
  node.tell("parent:k:pub", " echo");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre(testing::MatchesRegex("[0-9]+:k:pub")));
}

TEST_F(Life, ASpawnWithoutAFileSaysSo) {
  start_parent();
  node.tell("parent:k:pub", "child nothing");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("no-file-at-path"));
  EXPECT_FALSE(node.exists("child:k:pub"));
}

TEST_F(Life, ASpawnNeedsTheRightToReadTheFile) {
  node.start("parent:k:pub", "spawns", {.caps = {messaging("vfs:distro:sys")}});
  node.tell("parent:k:pub", "child echo");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("no-file-at-path"));
  node.grant("parent:k:pub",
             cap("vfs:distro:sys", R"({"drive":"/echo:test.os/pkg","kind":"read"})"));
  node.tell("parent:k:pub", "child echo");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("child:k:pub"));
}

TEST_F(Life, Fault39_ASpawnOfATakenNameSaysSoAndGrantsNothing) {
  start_parent();
  node.start("child:k:pub", "listens", {.is_public = false});
  node.tell("parent:k:pub", "child echo");
  EXPECT_THAT(node.said("parent:k:pub"), ElementsAre("name-taken"));
  EXPECT_FALSE(node.holds("friend:k:pub", cap("child:k:pub", "\"see\"")));
  EXPECT_FALSE(node.holds("parent:k:pub", messaging("child:k:pub")));
  EXPECT_THAT(node.said("child:k:pub"), IsEmpty());
}

TEST_F(Life, ASpawnUnderAnUnsafeNameTraps) {
  start_parent();
  node.tell("parent:k:pub", "under_score echo");
  EXPECT_TRUE(node.printouts.has(0, "process a.os@parent:k:pub ended with error:"));
  EXPECT_FALSE(node.exists("parent:k:pub"));
}

TEST_F(Life, AProcessThatReturnsIsGone) {
  node.start("a:k:pub", "ends-at-a-message");
  node.tell("a:k:pub", "end");
  EXPECT_FALSE(node.exists("a:k:pub"));
  EXPECT_TRUE(node.printouts.has(1, "process a.os@a:k:pub returned without error"));
  EXPECT_TRUE(node.printouts.has(1, "process a:k:pub has OnExit behavior None"));
}

TEST_F(Life, AProcessThatTrapsIsGoneAndItsReasonIsPrinted) {
  node.start("a:k:pub", "ends-at-a-message");
  node.tell("a:k:pub", "trap");
  EXPECT_FALSE(node.exists("a:k:pub"));
  EXPECT_TRUE(node.printouts.has(
      0, "\x1b[38;5;196mprocess a.os@a:k:pub ended with error:\x1b[0m\ntold to"));
}

TEST_F(Life, TheEndRevokesWhatTheProcessHadIssued) {
  node.start("a:k:pub", "ends-at-a-message");
  node.start("b:k:pub", "echo", {.caps = {cap("a:k:pub", "\"x\"")}});
  node.tell("a:k:pub", "end");
  EXPECT_FALSE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Life, OnExitRequestsAreSentAtTheEnd) {
  node.start("heir:k:pub", "listens");
  node.start("a:k:pub", "ends-at-a-message",
             {.on_exit = support::says_on_exit("our@heir:k:pub", "bye")});
  node.tell("a:k:pub", "end");
  EXPECT_THAT(node.said("heir:k:pub"), ElementsAre("bye"));
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(Life, OnExitRequestsNeedTheCapabilityToMessage) {
  node.start("heir:k:pub", "listens", {.is_public = false});
  node.start("a:k:pub", "ends-at-a-message",
             {.on_exit = support::says_on_exit("our@heir:k:pub", "bye")});
  node.tell("a:k:pub", "end");
  EXPECT_THAT(node.said("heir:k:pub"), IsEmpty());
}

TEST_F(Life, OnExitRequestsToOurAreSentAfterARestartOfTheNode) {
  node.start("heir:k:pub", "listens", {.on_exit = restarts()});
  node.start("a:k:pub", "ends-at-a-message",
             {.on_exit = support::says_on_exit("our@heir:k:pub", "bye")});
  node.restart();
  EXPECT_THAT(node.said("heir:k:pub"), ElementsAre("bye"));
  node.tell("a:k:pub", "end");
  EXPECT_THAT(node.said("heir:k:pub"), ElementsAre("bye"));
}

TEST_F(Life, ARestartingProcessComesBackAtZeroOneTwoFourSeconds) {
  node.start("a:k:pub", "ends-at-once", {.on_exit = restarts()});
  EXPECT_EQ(starts("a:k:pub"), 2u);
  for (const auto wait : {1s, 2s, 4s, 8s}) {
    node.advance(wait - 1ms);
    EXPECT_EQ(starts("a:k:pub"), 0u) << wait.count();
    node.advance(1ms);
    EXPECT_EQ(starts("a:k:pub"), 1u) << wait.count();
  }
}

TEST_F(Life, AHealthyRunEndsTheBackOff) {
  node.start("a:k:pub", "ends-at-a-message", {.on_exit = restarts()});
  node.tell("a:k:pub", "end");
  node.tell("a:k:pub", "end");
  node.advance(1s);
  EXPECT_EQ(starts("a:k:pub"), 3u);
  node.advance(1h);
  node.tell("a:k:pub", "trap");
  EXPECT_EQ(starts("a:k:pub"), 1u);
}

TEST_F(Life, ARestartKeepsWhatTheProcessHoldsAndHasIssued) {
  node.start("a:k:pub", "ends-at-a-message",
             {.on_exit = restarts(), .caps = {messaging("secret:k:pub")}});
  node.start("b:k:pub", "echo", {.caps = {cap("a:k:pub", "\"x\"")}});
  node.tell("a:k:pub", "end");
  EXPECT_EQ(starts("a:k:pub"), 2u);
  EXPECT_TRUE(node.holds("a:k:pub", messaging("secret:k:pub")));
  EXPECT_TRUE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Life, Fault36_AProcessInBackOffIsVisibleAndCanBeGivenRights) {
  node.start("a:k:pub", "ends-at-once", {.on_exit = restarts()});
  EXPECT_TRUE(node.exists("a:k:pub"));
  node.grant("a:k:pub", messaging("secret:k:pub"));
  node.advance(1s);
  EXPECT_TRUE(node.holds("a:k:pub", messaging("secret:k:pub")));
}

TEST_F(Life, Fault36_AProcessInBackOffCanBeKilledAndStaysDead) {
  node.start("a:k:pub", "ends-at-once", {.on_exit = restarts()});
  starts("a:k:pub");
  EXPECT_EQ(node.command(R"({"KillProcess":"a:k:pub"})"), R"({"KilledProcess":"a:k:pub"})");
  EXPECT_FALSE(node.exists("a:k:pub"));
  node.advance(1h);
  EXPECT_EQ(starts("a:k:pub"), 0u);
  EXPECT_TRUE(node.start("a:k:pub", "listens"));
}

TEST_F(Life, Fault36_AProcessInBackOffIsNotForgottenByAStop) {
  node.start("a:k:pub", "ends-at-once", {.on_exit = restarts()});
  starts("a:k:pub");
  node.restart();
  EXPECT_EQ(starts("a:k:pub"), 2u);
}

TEST_F(Life, Fault21_SetOnExitToRestartFollowedByTheEndRestarts) {
  // kernel.md 11.2, 21a: this aborted the original's node.
  node.program("wants-restart", wants_restart_and_ends);
  node.start("a:k:pub", "wants-restart");
  EXPECT_EQ(starts("a:k:pub"), 2u);
  node.advance(1s);
  EXPECT_EQ(starts("a:k:pub"), 1u);
}

TEST_F(Life, Fault21_WhatIsNoComponentEndsThatProcessAndNobodyElse) {
  EXPECT_EQ(node.command(R"({"InitializeProcess":{"id":"bad:k:pub","wasm_bytes_handle":"",)"
                         R"("on_exit":"None","initial_capabilities":[],"public":true}})",
                         "this is no component"),
            "\"InitializedProcess\"");
  EXPECT_TRUE(node.run("bad:k:pub"));
  EXPECT_TRUE(node.printouts.has(0, "kernel: process bad:k:pub failed to instantiate: "));
  node.start("a:k:pub", "echo");
  EXPECT_EQ(node.ask("a:k:pub", "alive"), "alive");
}

TEST_F(Life, Fault27_AProcessThatCannotStartIsGone) {
  node.initialize("bad:k:pub", "no-such-program");
  node.run("bad:k:pub");
  EXPECT_FALSE(node.exists("bad:k:pub"));
  EXPECT_TRUE(node.start("bad:k:pub", "echo"));
}

TEST_F(Life, Fault27_AProcessThatCannotStartHasItsOnExit) {
  node.start("heir:k:pub", "listens");
  node.start("bad:k:pub", "no-such-program",
             {.on_exit = support::says_on_exit("our@heir:k:pub", "I could not")});
  EXPECT_THAT(node.said("heir:k:pub"), ElementsAre("I could not"));
  node.start("worse:k:pub", "no-such-program", {.on_exit = restarts()});
  const auto failures = [&] {
    return node.printouts.count("kernel: process worse:k:pub failed to instantiate");
  };
  EXPECT_EQ(failures(), 2u);
  node.advance(1s);
  EXPECT_EQ(failures(), 3u);
}

TEST_F(Life, Fault25_TwoHundredMessagesBeforeRunProcessArriveInOrder) {
  node.initialize("a:k:pub", "listens");
  std::vector<std::string> sent;
  for (int i = 0; i < 200; ++i) {
    sent.push_back(std::to_string(i));
    node.tell("a:k:pub", sent.back());
  }
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.run("a:k:pub");
  node.tell("a:k:pub", "after");
  sent.push_back("after");
  EXPECT_EQ(node.said("a:k:pub"), sent);
}

/// Asks a:k:pub and says whether it got an answer.
wasm::NativeTask<> asks(wasm::NativeGuest guest) {
  const auto got = co_await guest.send_and_await(at("a:k:pub"), "anybody?", 600);
  guest.print(0, got.send_error() ? "nobody" : "somebody");
}

TEST_F(Life, WhoAskedAProcessThatEndedIsToldAtOnce) {
  node.program("asks", asks);
  node.initialize("a:k:pub", "ends-at-a-message");
  node.tell("a:k:pub", "end");
  node.start("b:k:pub", "asks");
  node.run("a:k:pub");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("nobody"));
}

TEST_F(Life, WhoAskedAProcessThatWasKilledIsToldAtOnce) {
  node.program("asks", asks);
  node.initialize("a:k:pub", "listens");
  node.start("b:k:pub", "asks");
  EXPECT_THAT(node.said("b:k:pub"), IsEmpty());
  node.kill("a:k:pub");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("nobody"));
}

TEST_F(Life, AKilledProcessLetsGoOfItsRoutesThoughTheNodeStopsBeforeItsNextSlice) {
  node.program("talks-to-itself", talks_to_itself);
  node.start("a:k:pub", "talks-to-itself");
  RecordRef record = node.kernel().table().find(id_of("a:k:pub"));
  std::weak_ptr<Endpoint> endpoint;
  {
    rt::Lock lock(record->mutex);
    endpoint = record->endpoint;
  }
  node.kernel().kill(record, Kernel::Revoke::kYes);
  record.reset();
  node.crash();
  EXPECT_TRUE(endpoint.expired());
}

TEST_F(Life, Fault51_TheBytesAreNotKeptOnceTheyAreCompiled) {
  int compiled = 0;
  support::KernelFixture other;
  wasm::NativeEngine engine;
  engine.add("ends-at-once", support::ends_at_once);
  other.compile_with([&](ByteView wasm) {
    ++compiled;
    return engine.compile(wasm);
  });
  other.boot();
  other.start("a:k:pub", "ends-at-once", {.on_exit = restarts()});
  other.advance(1min);
  EXPECT_THAT(other.said("a:k:pub"), SizeIs(7));
  // A restart uses the program that is there.
  EXPECT_EQ(compiled, 1);
  const RecordRef record = other.kernel().table().find(id_of("a:k:pub"));
  rt::Lock lock(record->mutex);
  EXPECT_TRUE(record->wasm.empty());
}

}  // namespace
}  // namespace kinode::kernel
