// Capabilities: who comes by them, and what cannot be forged (kernel.md 2.5, 3.5, 11.1).
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <../tests/support/native_puppet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::id_of;
using support::messaging;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// A request to the owner with a capability of the kernel and one of its own, at its end.
msg::OnExit forged_farewell() {
  msg::OnExit on_exit = support::says_on_exit("our@owner:distro:sys", "bye");
  on_exit.requests[0].request.capabilities = {{messaging("kernel:distro:sys"), {}},
                                              {cap("a:k:pub", "\"mine\""), {}}};
  return on_exit;
}

wasm::NativeTask<> sets_a_forged_farewell(wasm::NativeGuest guest) {
  guest.set_on_exit(forged_farewell());
  (void)co_await guest.receive();
}

/// Tries every name that the node might mistake for its own.
wasm::NativeTask<> spawns_a_kernel(wasm::NativeGuest guest) {
  const auto spawned = co_await guest.spawn(
      {.name = "kernel", .wasm_path = support::KernelFixture::path_of("listens")});
  guest.print(0, std::holds_alternative<msg::ProcessId>(spawned) ? "spawned" : "refused");
  co_await guest.send_request(
      {.target = {"our", {"kernel", "k", "pub"}}, .request = wasm::native_request("\"Shutdown\"")});
}

class Rights : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("puppet", support::native_puppet);
    node.program("ends-at-a-message", support::ends_at_a_message);
    node.program("sets-a-forged-farewell", sets_a_forged_farewell);
    node.program("spawns-a-kernel", spawns_a_kernel);
    node.boot();
  }
  support::KernelFixture node;
};

constexpr std::string_view kSave =
    R"({{"do":"save_caps","caps":[{{"issuer":"{}","params":"{}"}}]}})";

TEST_F(Rights, Fault1_ACapabilityThatNeverCameIsNotSaved) {
  node.start("a:k:pub", "puppet");
  node.tell("a:k:pub", fmt::format(kSave, "a.os@kernel:distro:sys", R"(\"messaging\")"));
  EXPECT_FALSE(node.holds("a:k:pub", messaging("kernel:distro:sys")));
  EXPECT_TRUE(node.printouts.has(0, "a:k:pub may not save capability"));
}

TEST_F(Rights, Fault1_ACapabilityOfOnesOwnIsSaved) {
  node.start("a:k:pub", "puppet");
  node.tell("a:k:pub", fmt::format(kSave, "a.os@a:k:pub", R"(\"x\")"));
  EXPECT_TRUE(node.holds("a:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(Rights, Fault1_ACapabilityThatCameOnAMessageIsSavedWithItsSignature) {
  node.start("a:k:pub", "puppet");
  msg::Request request = wasm::native_request("take this");
  request.capabilities = {{cap("b.os@b:k:pub", "\"x\""), Bytes::copy("signed by b.os")}};
  node.owner().send(at("a:k:pub"), request);
  node.settle();
  EXPECT_FALSE(node.holds("a:k:pub", cap("b.os@b:k:pub", "\"x\"")));
  node.tell("a:k:pub", fmt::format(kSave, "b.os@b:k:pub", R"(\"x\")"));
  const auto record = node.kernel().table().find(id_of("a:k:pub"));
  EXPECT_EQ(record->caps.signature(cap("b.os@b:k:pub", "\"x\""))->text(), "signed by b.os");
}

TEST_F(Rights, AttachedCapabilitiesAreThoseHeldOrIssued) {
  node.start("a:k:pub", "puppet", {.caps = {cap("c:k:pub", "\"held\"")}});
  node.start("b:k:pub", "puppet");
  node.tell("a:k:pub", R"({"do":"send","to":"our@b:k:pub","body":"x","caps":[)"
                       R"({"issuer":"a.os@c:k:pub","params":"\"held\""},)"
                       R"({"issuer":"a.os@c:k:pub","params":"\"wanted\""},)"
                       R"({"issuer":"a.os@a:k:pub","params":"\"own\""}]})");
  EXPECT_THAT(node.said("b:k:pub"),
              ElementsAre(HasSubstr(R"("caps":[{"issuer":"a.os@c:k:pub","params":"\"held\""},)"
                                    R"({"issuer":"a.os@a:k:pub","params":"\"own\""}])")));
}

TEST_F(Rights, DroppedCapabilitiesAreGone) {
  node.start("a:k:pub", "puppet", {.caps = {cap("c:k:pub", "\"x\"")}});
  node.tell("a:k:pub", R"({"do":"drop_caps","caps":[{"issuer":"a.os@c:k:pub","params":"\"x\""}]})");
  EXPECT_FALSE(node.holds("a:k:pub", cap("c:k:pub", "\"x\"")));
}

TEST_F(Rights, Fault2_AProcessNamedKernelIsAProcessLikeAnyOther) {
  ASSERT_TRUE(node.start("kernel:x:y", "listens"));
  node.tell("kernel:x:y", "\"Shutdown\"");
  EXPECT_EQ(node.shutdowns, 0);
  EXPECT_THAT(node.said("kernel:x:y"), ElementsAre("\"Shutdown\""));
}

TEST_F(Rights, Fault2_SpawningAKernelGivesNoPowerOverTheNode) {
  node.start("a:k:pub", "spawns-a-kernel",
             {.caps = {messaging("vfs:distro:sys"), cap("vfs:distro:sys", R"({"root":true})")}});
  EXPECT_EQ(node.shutdowns, 0);
  EXPECT_THAT(node.said("kernel:k:pub"), ElementsAre("\"Shutdown\""));
}

TEST_F(Rights, Fault2_NamesOfTheNodesOwnPackageAreRefused) {
  EXPECT_FALSE(node.initialize("net:distro:sys", "echo"));
  EXPECT_FALSE(node.initialize("mine:distro:sys", "echo"));
  EXPECT_FALSE(node.exists("net:distro:sys"));
}

TEST_F(Rights, Fault4_AnOnExitRequestCarriesOnlyWhatItsProcessMayPassOn) {
  node.start("a:k:pub", "sets-a-forged-farewell");
  node.tell("a:k:pub", "end");
  const msg::Request& bye = *node.owner().got.back()->request();
  ASSERT_EQ(bye.body.text(), "bye");
  ASSERT_THAT(bye.capabilities, SizeIs(1));
  EXPECT_EQ(bye.capabilities[0].cap, cap("a:k:pub", "\"mine\""));
}

TEST_F(Rights, Fault4_OnExitRequestsOfAnInitializeAreCheckedAtTheEnd) {
  node.start("a:k:pub", "ends-at-a-message", {.on_exit = forged_farewell()});
  node.tell("a:k:pub", "end");
  const msg::Request& bye = *node.owner().got.back()->request();
  ASSERT_EQ(bye.body.text(), "bye");
  EXPECT_THAT(bye.capabilities, SizeIs(1));
}

TEST_F(Rights, Fault4_WhatWasLostSinceIsNotPassedOnAtTheEnd) {
  node.start("a:k:pub", "ends-at-a-message",
             {.on_exit = forged_farewell(), .caps = {messaging("kernel:distro:sys")}});
  node.command(R"({"DropCapabilities":{"target":"a:k:pub","capabilities":)"
               R"([{"issuer":"a.os@kernel:distro:sys","params":"\"messaging\""}]}})");
  node.tell("a:k:pub", "end");
  EXPECT_THAT(node.owner().got.back()->request()->capabilities, SizeIs(1));
}

TEST_F(Rights, WhatAModuleGrantsIsThereAtOnceAndAfterACrash) {
  node.start("a:k:pub", "puppet", {.on_exit = support::restarts()});
  EXPECT_TRUE(node.kernel().grant(support::id_of("a:k:pub"), cap("owner:distro:sys", "\"db\"")));
  EXPECT_TRUE(node.holds("a:k:pub", cap("owner:distro:sys", "\"db\"")));
  EXPECT_TRUE(
      node.kernel().grant(support::id_of("nobody:k:pub"), cap("owner:distro:sys", "\"db\"")));
  node.crash();
  node.boot();
  EXPECT_TRUE(node.holds("a:k:pub", cap("owner:distro:sys", "\"db\"")));
}

TEST_F(Rights, AGuestWithoutTheKernelsCapabilityCommandsNothing) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "echo");
  node.tell("a:k:pub",
            R"({"do":"send","to":"our@kernel:distro:sys","body":"{\"KillProcess\":\"b:k:pub\"}"})");
  EXPECT_TRUE(node.exists("b:k:pub"));
}

}  // namespace
}  // namespace kinode::kernel
