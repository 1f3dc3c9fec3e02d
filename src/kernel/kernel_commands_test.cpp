// The commands of kernel.md 3.6, their answers, and when there is none.
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::messaging;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class KernelCommands : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.boot();
  }
  support::KernelFixture node;
};

constexpr std::string_view kInitialize =
    R"({"InitializeProcess":{"id":"a:k:pub","wasm_bytes_handle":"","wit_version":1,)"
    R"("on_exit":"None","initial_capabilities":[],"public":true}})";

TEST_F(KernelCommands, InitializeAndRunMakeAProcessThatAnswers) {
  EXPECT_EQ(node.command(kInitialize, "native:echo"), "\"InitializedProcess\"");
  EXPECT_EQ(node.command(R"({"RunProcess":"a:k:pub"})"), "\"StartedProcess\"");
  EXPECT_EQ(node.ask("a:k:pub", "hello"), "hello");
}

TEST_F(KernelCommands, InitializeWithoutABlobIsRefused) {
  EXPECT_EQ(node.command(kInitialize), "\"InitializeProcessError\"");
  EXPECT_TRUE(node.printouts.has(0, "kernel: process startup requires bytes"));
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(KernelCommands, InitializeOfATakenNameIsRefusedAndChangesNothing) {
  node.start("a:k:pub", "echo");
  EXPECT_EQ(node.command(kInitialize, "native:listens"), "\"InitializeProcessError\"");
  EXPECT_TRUE(node.printouts.has(0, "process with ID a:k:pub already exists"));
  EXPECT_EQ(node.ask("a:k:pub", "still you?"), "still you?");
}

TEST_F(KernelCommands, InitializeOfAnUnsafeNameIsRefused) {
  EXPECT_FALSE(node.initialize("under_score:k:pub", "echo"));
  EXPECT_TRUE(node.printouts.has(0, "kernel: error initializing process: "));
  EXPECT_FALSE(node.exists("under_score:k:pub"));
}

TEST_F(KernelCommands, InitializeGivesOnlyWhatTheCallerHolds) {
  node.command(R"({"InitializeProcess":{"id":"a:k:pub","wasm_bytes_handle":"","wit_version":1,)"
               R"("on_exit":"None","initial_capabilities":[)"
               R"({"issuer":"a.os@timer:distro:sys","params":"\"messaging\""},)"
               R"({"issuer":"a.os@vfs:distro:sys","params":"{\"root\":true}"}],"public":false}})",
               "native:echo");
  EXPECT_TRUE(node.holds("a:k:pub", messaging("timer:distro:sys")));
  EXPECT_FALSE(node.holds("a:k:pub", cap("vfs:distro:sys", R"({"root":true})")));
  EXPECT_TRUE(node.printouts.has(
      0, "kernel: InitializeProcess caller owner:distro:sys doesn't have capability"));
}

TEST_F(KernelCommands, InitializeLetsTheProcessAndItsCallerMessageIt) {
  node.initialize("a:k:pub", "echo", {.is_public = false});
  EXPECT_TRUE(node.holds("a:k:pub", messaging("a:k:pub")));
  EXPECT_TRUE(node.holds("owner:distro:sys", messaging("a:k:pub")));
}

TEST_F(KernelCommands, AFailedInitializeGrantsNothing) {
  node.command(kInitialize);
  EXPECT_FALSE(node.holds("owner:distro:sys", messaging("a:k:pub")));
}

TEST_F(KernelCommands, RunOfNobodyIsAnError) {
  EXPECT_EQ(node.command(R"({"RunProcess":"a:k:pub"})"), "\"RunProcessError\"");
  EXPECT_TRUE(node.printouts.has(0, "kernel: no such process a:k:pub to run"));
}

TEST_F(KernelCommands, RunOfAModuleIsAnError) {
  EXPECT_EQ(node.command(R"({"RunProcess":"owner:distro:sys"})"), "\"RunProcessError\"");
}

TEST_F(KernelCommands, RunTwiceStartsOnceAndTheProcessSeesNoStrayMessage) {
  node.start("a:k:pub", "listens");
  EXPECT_TRUE(node.run("a:k:pub"));
  node.tell("a:k:pub", "first");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("first"));
}

TEST_F(KernelCommands, KillAnswersOnlyForAProcessThatExisted) {
  node.start("a:k:pub", "echo");
  EXPECT_EQ(node.command(R"({"KillProcess":"a:k:pub"})"), R"({"KilledProcess":"a:k:pub"})");
  EXPECT_TRUE(node.printouts.has(0, "kernel: killing process a:k:pub"));
  EXPECT_FALSE(node.exists("a:k:pub"));
  EXPECT_EQ(node.command(R"({"KillProcess":"a:k:pub"})"), std::nullopt);
  EXPECT_TRUE(node.printouts.has(2, "kernel: no such process a:k:pub to kill"));
}

TEST_F(KernelCommands, KillThatExpectsNoAnswerIsSilent) {
  node.start("a:k:pub", "echo");
  const auto before = node.owner().got.size();
  node.tell("kernel:distro:sys", R"({"KillProcess":"a:k:pub"})");
  EXPECT_FALSE(node.printouts.has(0, "kernel: killing process"));
  EXPECT_TRUE(node.printouts.has(2, "kernel: killing process a:k:pub"));
  EXPECT_EQ(node.owner().got.size(), before);
}

TEST_F(KernelCommands, AModuleCannotBeKilled) {
  EXPECT_EQ(node.command(R"({"KillProcess":"owner:distro:sys"})"), std::nullopt);
  EXPECT_TRUE(node.exists("owner:distro:sys"));
}

TEST_F(KernelCommands, KillRunsNoOnExit) {
  node.start("heir:k:pub", "listens");
  node.start("a:k:pub", "echo", {.on_exit = support::says_on_exit("heir:k:pub", "bye")});
  node.start("b:k:pub", "echo", {.on_exit = support::restarts()});
  node.kill("a:k:pub");
  node.kill("b:k:pub");
  EXPECT_THAT(node.said("heir:k:pub"), ElementsAre());
  EXPECT_FALSE(node.exists("b:k:pub"));
}

TEST_F(KernelCommands, KillRevokesWhatTheProcessHadIssuedUnlessToldNotTo) {
  node.start("a:k:pub", "echo");
  node.start("b:k:pub", "echo");
  node.grant("b:k:pub", cap("a:k:pub", "\"x\""));
  msg::Request request = wasm::native_request(R"({"KillProcess":"a:k:pub"})", 5);
  request.metadata = "no-revoke";
  node.owner().send(at("kernel:distro:sys"), request);
  node.settle();
  EXPECT_TRUE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));

  node.start("a:k:pub", "echo");
  node.kill("a:k:pub");
  EXPECT_FALSE(node.holds("b:k:pub", cap("a:k:pub", "\"x\"")));
}

TEST_F(KernelCommands, GrantAndDropAreSilentAndDone) {
  node.start("a:k:pub", "echo");
  const std::string caps =
      R"("capabilities":[{"issuer":"a.os@b:k:pub","params":"\"messaging\""}]}})";
  EXPECT_EQ(node.command(R"({"GrantCapabilities":{"target":"a:k:pub",)" + caps), std::nullopt);
  EXPECT_TRUE(node.holds("a:k:pub", messaging("b:k:pub")));
  EXPECT_EQ(node.command(R"({"DropCapabilities":{"target":"a:k:pub",)" + caps), std::nullopt);
  EXPECT_FALSE(node.holds("a:k:pub", messaging("b:k:pub")));
  EXPECT_EQ(node.command(R"({"GrantCapabilities":{"target":"nobody:k:pub",)" + caps), std::nullopt);
  EXPECT_EQ(node.command(R"({"DropCapabilities":{"target":"nobody:k:pub",)" + caps), std::nullopt);
}

TEST_F(KernelCommands, SetOnExitIsSilentAndDone) {
  node.start("a:k:pub", "echo");
  EXPECT_EQ(node.command(R"({"SetOnExit":{"target":"a:k:pub","on_exit":"Restart"}})"),
            std::nullopt);
  EXPECT_THAT(*node.command(R"({"Debug":{"Process":"a:k:pub"}})"),
              HasSubstr(R"("on_exit":"Restart")"));
  EXPECT_EQ(node.command(R"({"SetOnExit":{"target":"nobody:k:pub","on_exit":"None"}})"),
            std::nullopt);
}

TEST_F(KernelCommands, ShutdownIsPassedOnWithoutAnAnswer) {
  EXPECT_EQ(node.command("\"Shutdown\""), std::nullopt);
  EXPECT_EQ(node.shutdowns, 1);
}

TEST_F(KernelCommands, DebugTellsWhatIsThere) {
  node.initialize("a:k:pub", "echo");
  EXPECT_THAT(*node.command(R"({"Debug":"ProcessMap"})"),
              testing::AllOf(HasSubstr(R"("a:k:pub":{"wasm_bytes_handle":)"),
                             HasSubstr(R"("owner:distro:sys":{"wasm_bytes_handle":"")")));
  EXPECT_EQ(node.command(R"({"Debug":{"Process":"nobody:k:pub"}})"),
            R"({"Debug":{"Process":null}})");
  const std::string has = R"("cap":{"issuer":"a.os@a:k:pub","params":"\"messaging\""}}}})";
  EXPECT_EQ(node.command(R"({"Debug":{"HasCap":{"on":"a:k:pub",)" + has),
            R"({"Debug":{"HasCap":true}})");
  EXPECT_EQ(node.command(R"({"Debug":{"HasCap":{"on":"kernel:distro:sys",)" + has),
            R"({"Debug":{"HasCap":false}})");
  EXPECT_EQ(node.command(R"({"Debug":{"HasCap":{"on":"nobody:k:pub",)" + has),
            R"({"Debug":{"HasCap":null}})");
}

TEST_F(KernelCommands, WhatIsNoCommandIsPrintedAndNotAnswered) {
  EXPECT_EQ(node.command("make me a sandwich"), std::nullopt);
  EXPECT_EQ(node.command(R"({"KillProcess":7})"), std::nullopt);
  EXPECT_EQ(node.printouts.count("kernel: couldn't parse command: "), 2u);
}

TEST_F(KernelCommands, AResponseToTheKernelIsIgnored) {
  msg::Envelope request;
  request.source = msg::share(at("kernel:distro:sys"));
  node.owner().respond(request, "\"Shutdown\"");
  node.settle();
  EXPECT_EQ(node.shutdowns, 0);
}

TEST_F(KernelCommands, AnAnswerGoesToTheRsvpIfThereIsOne) {
  auto& asker = node.module("asker:distro:sys");
  node.restart();
  node.owner().send(at("kernel:distro:sys"),
                    wasm::native_request(R"({"RunProcess":"nobody:k:pub"})", 5), nullptr,
                    asker.address());
  node.settle();
  ASSERT_EQ(asker.got.size(), 1u);
  EXPECT_EQ(asker.got[0]->id, node.owner().last_id());
  EXPECT_EQ(asker.got[0]->source->text(), "a.os@kernel:distro:sys");
  EXPECT_EQ(asker.got[0]->response()->body.text(), "\"RunProcessError\"");
}

TEST_F(KernelCommands, Fault41_AGrantIsThereWhenTheProcessFirstSends) {
  node.start("secret:k:pub", "echo", {.is_public = false});
  node.initialize("a:k:pub", "listens");
  // All three in the kernel's mailbox before it takes any.
  for (const std::string_view json :
       {R"({"GrantCapabilities":{"target":"a:k:pub","capabilities":)"
        R"([{"issuer":"a.os@secret:k:pub","params":"\"messaging\""}]}})",
        R"({"RunProcess":"a:k:pub"})",
        R"({"Debug":{"HasCap":{"on":"a:k:pub","cap":)"
        R"({"issuer":"a.os@secret:k:pub","params":"\"messaging\""}}}})"}) {
    node.owner().send(at("kernel:distro:sys"), wasm::native_request(json, 5));
  }
  node.settle();
  EXPECT_EQ(node.owner().answer(node.owner().last_id())->response()->body.text(),
            R"({"Debug":{"HasCap":true}})");
}

TEST_F(KernelCommands, Fault22_TenThousandGrantsInARowDoNotBlockTheKernel) {
  node.start("a:k:pub", "echo");
  for (int i = 0; i < 9'000; ++i) {
    ASSERT_EQ(node.owner().send(at("kernel:distro:sys"),
                                wasm::native_request(fmt::format(
                                    R"({{"GrantCapabilities":{{"target":"a:k:pub","capabilities":)"
                                    R"([{{"issuer":"a.os@b:k:pub","params":"{}"}}]}}}})",
                                    i))),
              port::Routed::kDelivered);
  }
  node.settle();
  EXPECT_TRUE(node.holds("a:k:pub", cap("b:k:pub", "8999")));
  EXPECT_EQ(node.ask("a:k:pub", "alive"), "alive");
}

}  // namespace
}  // namespace kinode::kernel
