// What full mailboxes do: the sender waits a second, everybody else goes on (design 4.3; kernel.md
// 11, faults 18, 19, 25).
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr std::size_t kFull = limits::kMailboxCountMax;

/// `target count`: sends that many numbered messages there, one by one, and says when it is
/// done. Messages of another kind are taken and forgotten.
wasm::NativeTask<> sends_many(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    const std::string body(got.body().text());
    const auto space = body.find(' ');
    if (space == std::string::npos) continue;
    const msg::Address target = at(body.substr(0, space));
    const int count = std::stoi(body.substr(space + 1));
    for (int i = 0; i < count; ++i) {
      co_await guest.send_request(
          {.target = target, .request = wasm::native_request(std::to_string(i))});
    }
    guest.print(0, "done");
  }
}

/// `target`: floods it and reads at the same time: one message for each that it sends.
wasm::NativeTask<> floods_and_reads(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  const msg::Address target = at(std::string(got.body().text()));
  for (int i = 0; i < 5'000; ++i) {
    co_await guest.send_request({.target = target, .request = wasm::native_request("x")});
  }
  guest.print(0, "done");
  for (;;) (void)co_await guest.receive();
}

/// Asks once, waits for an hour at most, and says what came.
wasm::NativeTask<> asks(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  const auto answer =
      co_await guest.send_and_await(at(std::string(got.body().text())), "question", 3600);
  guest.print(0, answer.send_error() ? "error" : "answer");
}

class Pressure : public testing::TestWithParam<std::optional<std::uint64_t>> {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("sends-many", sends_many);
    node.program("floods-and-reads", floods_and_reads);
    node.program("asks", asks);
    node.program("never-reads", support::never_reads);
    node.module("void:distro:sys");
    node.boot();
    node.start("deaf:k:pub", "never-reads");
  }
  support::KernelFixture node{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(InOrder, Pressure, testing::Values(std::nullopt));
INSTANTIATE_TEST_SUITE_P(Drawn, Pressure, testing::Values(1, 2, 3));

TEST_P(Pressure, ASenderToAFullMailboxWaitsASecondAndThenGoesOn) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("deaf:k:pub {}", kFull + 1));
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.advance(999ms);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.advance(1ms);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("done"));
  EXPECT_TRUE(node.printouts.has(0, "deaf:k:pub, whose mailbox is full"));
}

TEST_P(Pressure, ASenderGoesOnAsSoonAsThereIsRoom) {
  node.initialize("late:k:pub", "listens");
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("late:k:pub {}", kFull + 10));
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  node.run("late:k:pub");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("done"));
  const auto heard = node.said("late:k:pub");
  ASSERT_EQ(heard.size(), kFull + 10);
  for (std::size_t i = 0; i < heard.size(); ++i) EXPECT_EQ(heard[i], std::to_string(i));
}

TEST_P(Pressure, ARequestThatFindsNoRoomFailsAfterOneSecond) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("deaf:k:pub {}", kFull));
  node.start("b:k:pub", "asks");
  node.tell("b:k:pub", "deaf:k:pub");
  EXPECT_THAT(node.said("b:k:pub"), IsEmpty());
  node.advance(1s);
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("error"));
}

TEST_P(Pressure, AWaitingSenderCanBeKilled) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("deaf:k:pub {}", kFull + 1));
  node.kill("a:k:pub");
  EXPECT_FALSE(node.exists("a:k:pub"));
  node.advance(1min);
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
}

TEST_P(Pressure, AWaitingSenderGoesOnWhenTheTargetEnds) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("deaf:k:pub {}", kFull + 1));
  node.kill("deaf:k:pub");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("done"));
}

TEST_P(Pressure, Fault18_OneThatNeverReadsHoldsUpNobodyElse) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("deaf:k:pub {}", kFull + 1));
  node.start("b:k:pub", "echo");
  EXPECT_EQ(node.ask("b:k:pub", "alive"), "alive");
  EXPECT_TRUE(node.start("c:k:pub", "echo"));
  node.kill("deaf:k:pub");
  EXPECT_FALSE(node.exists("deaf:k:pub"));
}

TEST_P(Pressure, Fault18_TwoThatFloodEachOtherBothGetThrough) {
  node.start("a:k:pub", "floods-and-reads");
  node.start("b:k:pub", "floods-and-reads");
  node.owner().send(at("a:k:pub"), wasm::native_request("b:k:pub"));
  node.owner().send(at("b:k:pub"), wasm::native_request("a:k:pub"));
  node.settle();
  // Nobody waits for one who waits: no second passes for each message.
  node.advance(2s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("done"));
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("done"));
}

TEST_P(Pressure, Fault18_OneWhoFloodsItselfGoesOn) {
  node.start("a:k:pub", "sends-many");
  node.tell("a:k:pub", fmt::format("a:k:pub {}", kFull + 5));
  node.advance(10s);
  const auto said = node.said("a:k:pub");
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said[0], "done");
}

TEST_P(Pressure, Fault18_AnAnswerGetsThroughAFullMailbox) {
  node.start("b:k:pub", "echo");
  node.initialize("a:k:pub", "asks");
  node.start("flood:k:pub", "sends-many");
  node.tell("a:k:pub", "b:k:pub");
  node.tell("flood:k:pub", fmt::format("a:k:pub {}", kFull + 100));
  node.run("a:k:pub");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("answer"));
}

TEST_P(Pressure, Fault19_AModuleThatSendsTooMuchIsToldAndNothingElseHappens) {
  std::size_t full = 0;
  for (int i = 0; i < 3'000; ++i) {
    full += node.owner().send(at("deaf:k:pub"), wasm::native_request("x")) == port::Routed::kFull;
  }
  EXPECT_EQ(full, 3'000 - kFull);
  node.start("b:k:pub", "echo");
  EXPECT_EQ(node.ask("b:k:pub", "alive"), "alive");
}

TEST_P(Pressure, Fault25_MoreThanAMailboxBeforeTheStartBlocksNobody) {
  node.initialize("a:k:pub", "listens");
  for (std::size_t i = 0; i < kFull + 500; ++i) {
    node.owner().send(at("a:k:pub"), wasm::native_request(std::to_string(i)));
  }
  node.run("a:k:pub");
  EXPECT_EQ(node.said("a:k:pub").size(), kFull);
  node.tell("a:k:pub", "still there");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("still there"));
}

}  // namespace
}  // namespace kinode::kernel
