// What outlives the node: processes, rights and state, whenever it stops (kernel.md 3.10, 11.3).
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::cap;
using support::id_of;
using support::messaging;
using support::restarts;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A store that counts what is written to it and can refuse to read.
class WatchedKv final : public store::OrderedKv {
 public:
  Result<std::optional<Bytes>> get(std::string_view key) const override {
    if (broken) return fail(Code::kIo, "the disk is on fire");
    return below.get(key);
  }
  Status put(std::string_view key, ByteView value, store::Durability durability) override {
    written += key.size() + value.size();
    return below.put(key, value, durability);
  }
  Status try_put(std::string_view key, ByteView value) override {
    written += key.size() + value.size();
    return below.try_put(key, value);
  }
  Status erase(std::string_view key, store::Durability durability) override {
    return below.erase(key, durability);
  }
  Status write(const store::WriteBatch& batch, store::Durability durability) override {
    for (const auto& op : batch.operations) {
      written += op.key.size() + (op.value ? op.value->size() : 0);
    }
    return below.write(batch, durability);
  }
  Status scan(std::string_view prefix, const Visit& visit) const override {
    return below.scan(prefix, visit);
  }
  Status sync() override { return below.sync(); }
  Status checkpoint(const std::string& directory) override { return below.checkpoint(directory); }

  store::MemKv below;
  std::size_t written = 0;
  bool broken = false;
};

/// `set X` saves X as state, `get` prints it, `clear` removes it.
wasm::NativeTask<> keeps(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    const std::string body(got.body().text());
    if (body.starts_with("set ")) {
      co_await guest.set_state(std::string_view(body).substr(4));
    } else if (body == "clear") {
      co_await guest.clear_state();
    } else {
      const auto state = co_await guest.get_state();
      guest.print(0, state ? std::string(state->text()) : "none");
    }
  }
}

/// Does what it is told about itself, and says "done" when the node has said so.
wasm::NativeTask<> changes(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    const auto told = got.body().text();
    const msg::Capability own(guest.our(), "\"x\"");
    if (told == "live") {
      guest.set_on_exit(restarts());
    } else if (told == "end") {
      guest.set_on_exit({});
    } else if (told == "save") {
      guest.save_capabilities({own});
    } else if (told == "drop") {
      guest.drop_capabilities({own});
    } else if (told == "spawn") {
      const auto spawned =
          co_await guest.spawn({.name = "child",
                                .wasm_path = support::KernelFixture::path_of("echo"),
                                .on_exit = restarts(),
                                .grant_capabilities = {{id_of("b:k:pub"), "\"x\""}}});
      if (!std::holds_alternative<msg::ProcessId>(spawned)) continue;
    }
    guest.print(0, "done");
  }
}

class Persistence : public testing::Test {
 protected:
  void SetUp() override {
    node.store_in(kv);
    node.program("echo", support::echo);
    node.program("keeps", keeps);
    node.program("changes", changes);
    node.boot();
  }
  WatchedKv kv;
  support::KernelFixture node;
};

constexpr std::string_view kCapOfA = R"([{"issuer":"a.os@a:k:pub","params":"\"x\""}])";

TEST_F(Persistence, AProcessWithOnExitRestartIsThereAfterACrashWithAllItHolds) {
  node.start("a:k:pub", "echo", {.on_exit = restarts(), .caps = {messaging("secret:k:pub")}});
  node.crash();
  node.boot();
  EXPECT_EQ(node.ask("a:k:pub", "still here?"), "still here?");
  EXPECT_TRUE(node.holds("a:k:pub", messaging("secret:k:pub")));
}

TEST_F(Persistence, Fault33_AProcessWithOnExitNoneIsGoneWithTheNode) {
  node.start("a:k:pub", "echo");
  node.start("b:k:pub", "echo", {.on_exit = restarts()});
  node.restart();
  EXPECT_FALSE(node.exists("a:k:pub"));
  EXPECT_TRUE(node.exists("b:k:pub"));
}

TEST_F(Persistence, Fault33_WhatWasDoneLastIsThereAfterACrash) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  node.grant("a:k:pub", messaging("secret:k:pub"));
  node.crash();
  node.boot();
  EXPECT_TRUE(node.holds("a:k:pub", messaging("secret:k:pub")));
  node.command(R"({"SetOnExit":{"target":"a:k:pub","on_exit":"None"}})");
  node.crash();
  node.boot();
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(Persistence, ARevocationIsThereAfterACrash) {
  node.start("a:k:pub", "echo", {.on_exit = restarts(), .caps = {messaging("secret:k:pub")}});
  node.command(R"({"DropCapabilities":{"target":"a:k:pub","capabilities":)"
               R"([{"issuer":"a.os@secret:k:pub","params":"\"messaging\""}]}})");
  node.crash();
  node.boot();
  EXPECT_FALSE(node.holds("a:k:pub", messaging("secret:k:pub")));
}

TEST_F(Persistence, Fault35_WhatWasKilledStaysDead) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  node.kill("a:k:pub");
  node.crash();
  node.boot();
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(Persistence, AKillThatCannotBeStoredIsNotAcknowledged) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  kv.below.fail_after(0);
  EXPECT_FALSE(node.command(R"({"KillProcess":"a:k:pub"})"));
  EXPECT_FALSE(node.exists("a:k:pub"));
  EXPECT_TRUE(node.printouts.has(0, "kernel: could not forget a process"));
}

TEST_F(Persistence, Fault37_RevocationIsCompleteAfterARestartOfTheNode) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  node.start("b:k:pub", "echo", {.on_exit = restarts(), .caps = {cap("a:k:pub", "\"x\"")}});
  node.restart();
  EXPECT_TRUE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
  node.kill("a:k:pub");
  EXPECT_FALSE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
  node.restart();
  EXPECT_FALSE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Persistence, Fault37_AModuleLosesWhatADeadProcessHadGrantedIt) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  node.command(fmt::format(
      R"({{"GrantCapabilities":{{"target":"owner:distro:sys","capabilities":{}}}}})", kCapOfA));
  node.restart();
  EXPECT_TRUE(node.holds("owner:distro:sys", cap("a:k:pub", "\"x\"")));
  node.kill("a:k:pub");
  node.restart();
  EXPECT_FALSE(node.holds("owner:distro:sys", cap("a:k:pub", "\"x\"")));
}

TEST_F(Persistence, StateIsThereAfterACrash) {
  node.start("a:k:pub", "keeps", {.on_exit = restarts()});
  node.tell("a:k:pub", "get");
  node.tell("a:k:pub", "set one");
  node.crash();
  node.boot();
  node.tell("a:k:pub", "get");
  node.tell("a:k:pub", "clear");
  node.tell("a:k:pub", "get");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("none", "one", "none"));
}

TEST_F(Persistence, Fault32_AStoreThatCannotReadIsNotTakenForNoState) {
  node.start("a:k:pub", "keeps", {.on_exit = restarts()});
  node.tell("a:k:pub", "set precious");
  kv.broken = true;
  node.tell("a:k:pub", "get");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "get-state: the disk is on fire"));
  kv.broken = false;
  node.tell("a:k:pub", "get");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("precious"));
}

TEST_F(Persistence, AStoreThatCannotWriteEndsTheGuestWithTheReason) {
  node.start("a:k:pub", "keeps");
  kv.below.fail_after(0);
  node.tell("a:k:pub", "set x");
  EXPECT_TRUE(node.printouts.has(0, "set-state: "));
  EXPECT_TRUE(node.printouts.has(0, "process a.os@a:k:pub ended with error:"));
}

TEST_F(Persistence, AnOnExitThatCannotBeStoredEndsTheGuestAndDoesNotHold) {
  node.start("a:k:pub", "changes");
  kv.below.fail_after(0);
  node.tell("a:k:pub", "live");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "set-on-exit: "));
  EXPECT_FALSE(node.exists("a:k:pub")) << "as before: without on-exit behaviour it ends";
}

TEST_F(Persistence, AProcessThatCannotBeForgottenLivesOn) {
  node.start("a:k:pub", "changes", {.on_exit = restarts()});
  kv.below.fail_after(0);
  node.tell("a:k:pub", "end");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.exists("a:k:pub"));
}

TEST_F(Persistence, AGrantThatCannotBeStoredIsNoGrant) {
  node.start("a:k:pub", "echo", {.on_exit = restarts()});
  kv.below.fail_after(0);
  node.grant("a:k:pub", cap("a:k:pub", "\"x\""));
  EXPECT_FALSE(node.holds("a:k:pub", cap("a:k:pub", "\"x\"")));
  EXPECT_TRUE(node.printouts.has(0, "kernel: could not store a grant"));
  kv.below.fail_after(1'000);
  node.grant("a:k:pub", cap("a:k:pub", "\"x\""));
  node.crash();
  node.boot();
  EXPECT_TRUE(node.holds("a:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Persistence, ACapabilityThatCannotBeSavedEndsTheGuestWithTheReason) {
  node.start("a:k:pub", "changes", {.on_exit = restarts()});
  kv.below.fail_after(0);
  node.tell("a:k:pub", "save");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "save-capabilities: "));
  EXPECT_FALSE(node.holds("a:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Persistence, ADropThatCannotBeStoredEndsTheGuestWithTheReason) {
  node.start("a:k:pub", "changes", {.on_exit = restarts(), .caps = {cap("a:k:pub", "\"x\"")}});
  kv.below.fail_after(0);
  node.tell("a:k:pub", "drop");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(0, "drop-capabilities: "));
  EXPECT_FALSE(node.holds("a:k:pub", cap("a:k:pub", "\"x\""))) << "until the node starts again";
}

TEST_F(Persistence, ASpawnIsStoredWithAllItsGrantsOrNotAtAll) {
  node.start("a:k:pub", "changes",
             {.on_exit = restarts(),
              .caps = {messaging("vfs:distro:sys"), cap("vfs:distro:sys", R"({"root":true})")}});
  node.start("b:k:pub", "echo", {.on_exit = restarts()});
  kv.below.fail_after(0);
  node.tell("a:k:pub", "spawn");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_FALSE(node.exists("child:k:pub"));
  EXPECT_FALSE(node.holds("a:k:pub", messaging("child:k:pub")));
  EXPECT_FALSE(node.holds("b:k:pub", cap("child:k:pub", "\"x\"")));
  kv.below.fail_after(1);
  node.tell("a:k:pub", "spawn");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("done"));
  node.crash();
  node.boot();
  EXPECT_TRUE(node.exists("child:k:pub"));
  EXPECT_TRUE(node.holds("a:k:pub", messaging("child:k:pub")));
  EXPECT_TRUE(node.holds("b:k:pub", cap("child:k:pub", "\"x\"")));
}

TEST_F(Persistence, AKillWhoseRevocationsCannotBeStoredIsNotAcknowledged) {
  node.start("a:k:pub", "echo");  // nothing of it is stored
  node.start("b:k:pub", "echo", {.on_exit = restarts(), .caps = {cap("a:k:pub", "\"x\"")}});
  kv.below.fail_after(0);
  EXPECT_FALSE(node.command(R"({"KillProcess":"a:k:pub"})"));
}

TEST_F(Persistence, Fault2_AStoredProgramUnderAModulesNameIsNotRun) {
  msg::PersistedProcess row;
  row.wasm_bytes_handle = support::KernelFixture::path_of("echo");
  row.on_exit = restarts();
  row.is_public = true;
  store::ProcessStore rows(kv, store::Durability::kProcess);
  ASSERT_TRUE(rows.put_process(id_of("net:distro:sys"), row));
  node.restart();
  EXPECT_FALSE(node.exists("net:distro:sys"));
}

TEST_F(Persistence, AProcessThatCannotBeStoredIsNotStarted) {
  kv.below.fail_after(0);
  EXPECT_FALSE(node.start("a:k:pub", "echo", {.on_exit = restarts()}));
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(Persistence, Fault34_TheLastOfManySavesIsWhatStays) {
  node.start("a:k:pub", "keeps", {.on_exit = restarts()});
  for (int i = 0; i < 100; ++i) {
    node.owner().send(support::at("a:k:pub"), wasm::native_request(fmt::format("set {}", i)));
  }
  node.settle();
  node.crash();
  node.boot();
  node.tell("a:k:pub", "get");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("99"));
}

TEST_F(Persistence, Fault47_AGrantWritesItselfAndNotTheWholeTable) {
  for (int i = 0; i < 50; ++i) {
    node.start(fmt::format("p{}:k:pub", i), "echo", {.on_exit = restarts()});
  }
  const auto cost_of_a_grant = [&](int i) {
    const std::size_t before = kv.written;
    node.grant("p0:k:pub", cap("p1:k:pub", std::to_string(i)));
    return kv.written - before;
  };
  const std::size_t first = cost_of_a_grant(1'000);
  for (int i = 0; i < 500; ++i) cost_of_a_grant(i);
  EXPECT_EQ(cost_of_a_grant(1'001), first);
  EXPECT_LT(first, 500u);
}

}  // namespace
}  // namespace kinode::kernel
