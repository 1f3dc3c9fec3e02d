// Who may say what to whom, and what becomes of a message (kernel.md 2.4, 2.5, 3.4).
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
using support::messaging;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

/// Sends what comes on to the owner, with its blob.
wasm::NativeTask<> forwards(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    msg::Request request = wasm::native_request(got.body().text());
    request.inherit = true;
    co_await guest.send_request({.target = at("owner:distro:sys"), .request = request});
  }
}

/// Says which blob the message has after calls that the original made through messages.
wasm::NativeTask<> changes_state_and_spawns(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  co_await guest.set_state("saved");
  (void)co_await guest.get_state();
  (void)co_await guest.spawn({.wasm_path = "/nowhere"});
  guest.print(0, guest.get_blob() ? std::string(guest.get_blob()->bytes.text()) : "no blob");
}

/// Sends 5,000 requests that nobody answers and checks that they fail in order.
wasm::NativeTask<> asks_a_lot(wasm::NativeGuest guest) {
  for (int i = 0; i < 5'000; ++i) {
    co_await guest.send_request({.target = at("void:distro:sys"),
                                 .request = wasm::native_request("x", 5),
                                 .context = Bytes::copy(std::to_string(i))});
  }
  for (int i = 0; i < 5'000; ++i) {
    const auto got = co_await guest.receive();
    if (!got.send_error() || got.context->text() != std::to_string(i)) guest.trap("out of order");
  }
  guest.print(0, "all timed out in order");
}

wasm::NativeTask<> answers_and_goes_on(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  guest.send_response(wasm::native_response("answer"));
  co_await guest.send_request({.target = got.source, .request = wasm::native_request("later")});
}

/// Asks b, then hears that another request has failed and awaits c, before it reads what b has
/// sent.
wasm::NativeTask<> reads_late(wasm::NativeGuest guest) {
  for (const auto* target : {"b:k:pub", "nobody:k:pub"}) {
    guest.send_request({.target = at(target),
                        .request = wasm::native_request("x", 5),
                        .context = Bytes::copy("x")});
    co_await guest.yield();
  }
  (void)co_await guest.send_and_await(at("c:k:pub"), "x");
  for (int i = 0; i < 3; ++i) {
    const auto got = co_await guest.receive();
    guest.print(0, got.send_error() ? "failed" : got.body().text());
  }
}

class Messages : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("puppet", support::native_puppet);
    node.program("never-reads", support::never_reads);
    node.module("void:distro:sys");
    node.boot();
  }
  /// `steps` as a command to a puppet.
  void play(std::string_view puppet, std::string_view steps) {
    node.tell(puppet, fmt::format(R"({{"do":"script","steps":[{}]}})", steps));
  }
  support::KernelFixture node;
};

TEST_F(Messages, AnAnswerIsNotOvertakenBecauseAnotherIsAwaited) {
  node.program("answers-and-goes-on", answers_and_goes_on);
  node.program("reads-late", reads_late);
  node.start("b:k:pub", "answers-and-goes-on");
  node.start("c:k:pub", "echo");
  node.start("a:k:pub", "reads-late");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("answer", "later", "failed"));
}

TEST_F(Messages, AGuestWithoutTheCapabilityIsToldAtOnce) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "listens", {.is_public = false});
  play("a:k:pub", R"({"do":"send","to":"our@b:k:pub","body":"x","expects":30,"context":"c"},)"
                  R"({"receive":1})");
  EXPECT_THAT(node.said("a:k:pub"),
              ElementsAre(AllOf(HasSubstr(R"("error":"timeout")"), HasSubstr(R"("context":"c")"),
                                HasSubstr(R"("target":"a.os@b:k:pub")"))));
  EXPECT_THAT(node.said("b:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(
      0, "event loop: process a:k:pub doesn't have capability to message process b:k:pub"));
}

TEST_F(Messages, AGuestThatExpectsNoAnswerLearnsNothingOfAFailure) {
  node.start("a:k:pub", "puppet");
  play("a:k:pub", R"({"do":"send","to":"our@nobody:k:pub","body":"x"})");
  node.advance(1min);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_TRUE(node.printouts.has(2, "sent message to non-existing nobody:k:pub"));
}

TEST_F(Messages, AnAnswerToNobodyIsPrintedAndDropped) {
  node.program("answers", [](wasm::NativeGuest guest) -> wasm::NativeTask<> {
    co_await guest.send_response(wasm::native_response("?"));
    guest.print(0, "went on");
  });
  node.start("a:k:pub", "answers");
  EXPECT_TRUE(node.printouts.has(
      0, "kernel: need non-None prompting_message to handle Response from a:k:pub"));
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("went on"));
}

TEST_F(Messages, AnAnswerNeedsTheCapabilityToo) {
  node.start("a:k:pub", "puppet", {.is_public = false});
  node.start("b:k:pub", "echo");
  const auto ask = R"({"do":"send","to":"our@b:k:pub","body":"x","expects":5})";
  play("a:k:pub", ask);
  EXPECT_TRUE(node.printouts.has(
      0, "event loop: process b:k:pub doesn't have capability to message process a:k:pub"));
  node.advance(5s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("error":"timeout")")));
  node.grant("b:k:pub", messaging("a:k:pub"));
  play("a:k:pub", ask);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("got":"response")")));
}

TEST_F(Messages, ARevokedCapabilityStopsTheVeryNextMessage) {
  node.start("a:k:pub", "puppet", {.caps = {messaging("b:k:pub")}});
  node.start("b:k:pub", "listens", {.is_public = false});
  const auto send = R"({"do":"send","to":"our@b:k:pub","body":"x"})";
  play("a:k:pub", send);
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("x"));
  node.command(R"({"DropCapabilities":{"target":"a:k:pub","capabilities":)"
               R"([{"issuer":"a.os@b:k:pub","params":"\"messaging\""}]}})");
  play("a:k:pub", send);
  EXPECT_THAT(node.said("b:k:pub"), IsEmpty());
}

TEST_F(Messages, TheNextOfANameGetsWhatIsSentOnAKnownRoute) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "listens");
  const auto send = R"({"do":"send","to":"our@b:k:pub","body":"x"})";
  play("a:k:pub", send);
  node.kill("b:k:pub");
  play("a:k:pub", send);
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("x"));
  node.start("b:k:pub", "listens");
  play("a:k:pub", R"({"do":"send","to":"our@b:k:pub","body":"y"})");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("y"));
}

TEST_F(Messages, ARemoteTargetNeedsTheNetworkCapability) {
  auto& net = node.module("net:distro:sys", false);
  node.restart();
  node.start("a:k:pub", "puppet");
  const auto send = R"({"do":"send","to":"b.os@b:k:pub","body":"x","expects":30})";
  play("a:k:pub", send);
  EXPECT_TRUE(net.got.empty());
  EXPECT_TRUE(node.printouts.has(
      0, "event loop: process a:k:pub doesn't have capability to send networked messages"));
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("error":"timeout")")));
  node.grant("a:k:pub", cap("kernel:distro:sys", "\"network\""));
  play("a:k:pub", send);
  ASSERT_EQ(net.got.size(), 1u);
  EXPECT_EQ(net.got[0]->target->text(), "b.os@b:k:pub");
}

TEST_F(Messages, ARemoteTargetWithoutNetIsOffline) {
  node.start("a:k:pub", "puppet", {.caps = {cap("kernel:distro:sys", "\"network\"")}});
  play("a:k:pub", R"({"do":"await","to":"b.os@b:k:pub","body":"x","expects":30})");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("error":"offline")")));
}

TEST_F(Messages, ARequestTimesOutExactlyWhenItSays) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "listens");
  play("a:k:pub", R"({"do":"send","to":"our@b:k:pub","body":"x","expects":5,"context":"mine"})");
  node.advance(5s - 1ms);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.advance(1ms);
  EXPECT_THAT(node.said("a:k:pub"),
              ElementsAre(AllOf(HasSubstr(R"("error":"timeout")"), HasSubstr("mine"))));
}

TEST_F(Messages, AnAnswerThatComesTooLateIsDropped) {
  node.start("a:k:pub", "puppet");
  play("a:k:pub", R"({"do":"send","to":"our@owner:distro:sys","body":"x","expects":5})");
  const auto request = node.owner().got.back();
  node.advance(5s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("error":"timeout")")));
  node.owner().respond(*request, "late");
  node.settle();
  node.advance(1min);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
}

TEST_F(Messages, OnlyTheFirstOfTwoAnswersIsDelivered) {
  node.start("a:k:pub", "puppet");
  play("a:k:pub", R"({"do":"send","to":"our@owner:distro:sys","body":"x","expects":5})");
  const auto request = node.owner().got.back();
  node.owner().respond(*request, "first");
  node.owner().respond(*request, "second");
  node.settle();
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr("first")));
}

TEST_F(Messages, AwaitingKeepsTheOrderOfEverythingElse) {
  // kernel.md 2.8, E7.
  node.start("a:k:pub", "puppet");
  play("a:k:pub", R"({"do":"send","to":"our@owner:distro:sys","body":"early","expects":9},)"
                  R"({"do":"await","to":"our@owner:distro:sys","body":"awaited","expects":9},)"
                  R"({"receive":3})");
  const auto early = node.owner().got.end()[-2];
  const auto awaited = node.owner().got.back();
  node.tell("a:k:pub", "five");
  node.owner().respond(*early, "seven");
  node.tell("a:k:pub", "six");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.owner().respond(*awaited, "four");
  node.settle();
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr("four"), HasSubstr("five"),
                                                HasSubstr("seven"), HasSubstr("six")));
  node.advance(1min);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
}

TEST_F(Messages, TheTimerOfAnAnswerThatWaitsInTheQueueIsOff) {
  node.start("a:k:pub", "puppet");
  play("a:k:pub", R"({"do":"send","to":"our@owner:distro:sys","body":"early","expects":2},)"
                  R"({"do":"await","to":"our@owner:distro:sys","body":"awaited","expects":9},)"
                  R"({"receive":1})");
  node.owner().respond(*node.owner().got.end()[-2], "in time");
  node.settle();
  node.advance(9s);
  EXPECT_THAT(node.said("a:k:pub"),
              ElementsAre(HasSubstr(R"("error":"timeout")"), HasSubstr("in time")));
}

TEST_F(Messages, Fault43_TwoInheritingRequestsKeepTheirContextsAndTimers) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "echo");
  node.owner().send(at("a:k:pub"), wasm::native_request("prompt", 60));
  node.settle();
  node.said("a:k:pub");
  play("a:k:pub", R"({"do":"send","to":"our@void:distro:sys","body":"1","expects":7,)"
                  R"("context":"slow","inherit":true},)"
                  R"({"do":"send","to":"our@b:k:pub","body":"2","expects":5,)"
                  R"("context":"quick","inherit":true},)"
                  R"({"receive":2})");
  EXPECT_THAT(node.said("a:k:pub"),
              ElementsAre(AllOf(HasSubstr(R"("got":"response")"), HasSubstr("quick"))));
  node.advance(7s);
  EXPECT_THAT(node.said("a:k:pub"),
              ElementsAre(AllOf(HasSubstr(R"("got":"error")"), HasSubstr("slow"))));
}

TEST_F(Messages, Fault40_StateAndSpawnLeaveTheBlobOfTheMessageAlone) {
  node.program("stateful", changes_state_and_spawns);
  node.start("a:k:pub", "stateful");
  node.owner().send(at("a:k:pub"), wasm::native_request("x"),
                    std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy("precious")}));
  node.settle();
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("precious"));
}

TEST_F(Messages, Fault40_AnInheritingRequestForwardsNoOlderBlob) {
  node.start("a:k:pub", "puppet");
  node.start("b:k:pub", "puppet");
  node.owner().send(at("a:k:pub"), wasm::native_request("one"),
                    std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy("old")}));
  play("a:k:pub", R"({"do":"send","to":"our@b:k:pub","body":"x","inherit":true})");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre(HasSubstr(R"("has_blob":false)")));
}

TEST_F(Messages, Fault50_ContextsByTheThousandAreFoundAndExpire) {
  node.program("asks-a-lot", asks_a_lot);
  node.start("a:k:pub", "asks-a-lot");
  node.advance(5s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("all timed out in order"));
}

TEST_F(Messages, Fault49_ABlobIsSharedAndNotCopied) {
  node.program("forwards", forwards);
  node.start("a:k:pub", "forwards");
  const auto blob = std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy("big")});
  node.owner().send(at("a:k:pub"), wasm::native_request("x"), blob);
  node.settle();
  ASSERT_EQ(node.owner().got.back()->source->text(), "a.os@a:k:pub");
  EXPECT_EQ(node.owner().got.back()->blob, blob);
}

}  // namespace
}  // namespace kinode::kernel
