// Event printing and step mode (kernel.md 3.3, 3.4, 9.7).
#include "kernel/tap.h"

#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <../tests/support/native_puppet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <thread>

namespace kinode::kernel {
namespace {

using support::at;
using support::id_of;
using support::messaging;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class TapTest : public testing::Test {
 protected:
  void SetUp() override {
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("puppet", support::native_puppet);
    node.module("void:distro:sys");
    node.boot();
    node.start("a:k:pub", "puppet");
    node.start("b:k:pub", "listens");
    node.start("c:k:pub", "listens");
    node.printouts.lines.clear();
  }
  port::EventTap& tap() { return node.kernel().events(); }

  /// Level 3 printouts in the name of a process.
  std::vector<std::string> events_of(std::string_view id) const {
    std::vector<std::string> out;
    for (const auto& line : node.printouts.lines) {
      if (line.verbosity == 3 && line.source == id_of(id)) out.push_back(line.content);
    }
    return out;
  }
  void play(std::string_view steps) {
    node.tell("a:k:pub", fmt::format(R"({{"do":"script","steps":[{}]}})", steps));
  }

  support::KernelFixture node;
};

TEST_F(TapTest, PrintsNothingUnlessAsked) {
  node.tell("b:k:pub", "secret plan");
  EXPECT_FALSE(node.printouts.has(3, "secret plan"));
}

TEST_F(TapTest, PrintsEveryMessageInTheKernelsName) {
  tap().print_events(true);
  node.tell("b:k:pub", "hello");
  const std::vector<std::string> events = events_of("kernel:distro:sys");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_THAT(events[0], testing::StartsWith("{\n    id: "));
  EXPECT_THAT(events[0], HasSubstr("    source: a.os@owner:distro:sys,\n"
                                   "    target: a.os@b:k:pub,\n"
                                   "    rsvp: None,\n"
                                   "    message: Request(\n"
                                   "        inherit: false,\n"
                                   "        expects_response: None,\n"
                                   "        body: hello,\n"
                                   "        metadata: None,\n"
                                   "        capabilities: [],\n"
                                   "    ),\n"
                                   "    blob: false,\n"
                                   "}"));
  tap().print_events(false);
  node.tell("b:k:pub", "again");
  EXPECT_FALSE(node.printouts.has(3, "again"));
}

TEST_F(TapTest, PrintsTheMessagesOfOneProcessInItsName) {
  tap().print_events_of(id_of("b:k:pub"), true);
  node.tell("b:k:pub", "to b");
  node.tell("c:k:pub", "to c");
  play(R"({"do":"send","to":"our@b:k:pub","body":"from a"})");
  EXPECT_THAT(events_of("b:k:pub"), ElementsAre(HasSubstr("to b"), HasSubstr("from a")));
  EXPECT_THAT(events_of("kernel:distro:sys"), IsEmpty());
  tap().print_events_of(id_of("b:k:pub"), false);
  node.tell("b:k:pub", "no more");
  EXPECT_EQ(events_of("b:k:pub").size(), 2u);
}

TEST_F(TapTest, TheSenderComesBeforeTheTarget) {
  tap().print_events_of(id_of("a:k:pub"), true);
  tap().print_events_of(id_of("b:k:pub"), true);
  play(R"({"do":"send","to":"our@b:k:pub","body":"x"})");
  EXPECT_THAT(events_of("a:k:pub"), testing::Contains(HasSubstr("target: a.os@b:k:pub")));
  EXPECT_THAT(events_of("b:k:pub"), IsEmpty());
}

TEST_F(TapTest, WhenAllArePrintedItIsOnceAndInTheKernelsName) {
  tap().print_events_of(id_of("b:k:pub"), true);
  tap().print_events(true);
  node.tell("b:k:pub", "x");
  EXPECT_THAT(events_of("b:k:pub"), IsEmpty());
  EXPECT_EQ(events_of("kernel:distro:sys").size(), 1u);
}

TEST_F(TapTest, SendErrorsArePrintedToo) {
  node.program("ends", support::ends_at_a_message);
  node.initialize("d:k:pub", "ends");
  play(R"({"do":"send","to":"our@d:k:pub","body":"end","expects":30},)"
       R"({"do":"send","to":"our@d:k:pub","body":"never read","expects":30})");
  tap().print_events(true);
  node.run("d:k:pub");
  EXPECT_TRUE(node.printouts.has(3, "message: SendError(\n        kind: Timeout,"));
}

TEST_F(TapTest, WhatAGuestSaysCannotReachTheTerminal) {
  tap().print_events(true);
  node.tell("b:k:pub", "\x1b[2Jgotcha\x07");
  EXPECT_TRUE(node.printouts.has(3, "body: \\x1b[2Jgotcha\\x07,"));
}

TEST_F(TapTest, OfALargeBodyTheStartIsPrinted) {
  tap().print_events(true);
  node.tell("b:k:pub", std::string(limits::kEventBodyBytesMax + 5, 'x'));
  EXPECT_TRUE(node.printouts.has(3, "x... and 5 more bytes,"));
  EXPECT_LT(events_of("kernel:distro:sys")[0].size(), limits::kEventBodyBytesMax + 1000);
}

TEST_F(TapTest, CapabilitiesArePrintedAsTheyChange) {
  const std::string cap = messaging("b:k:pub").text();
  tap().print_events(true);
  node.grant("c:k:pub", messaging("b:k:pub"));
  EXPECT_TRUE(node.printouts.has(3, fmt::format("caps: add {} on c:k:pub", cap)));
  node.command(R"({"DropCapabilities":{"target":"c:k:pub","capabilities":)"
               R"([{"issuer":"a.os@b:k:pub","params":"\"messaging\""}]}})");
  EXPECT_TRUE(node.printouts.has(3, fmt::format("caps: drop {} on c:k:pub", cap)));
  EXPECT_FALSE(node.kernel().has_capability(id_of("c:k:pub"), messaging("b:k:pub")));
  EXPECT_TRUE(node.printouts.has(3, fmt::format("caps: has {} on c:k:pub", cap)));
  node.kill("b:k:pub");
  EXPECT_TRUE(node.printouts.has(3, "caps: revoke all on b:k:pub"));
}

TEST_F(TapTest, StepModeHoldsEveryMessageUntilItIsSteppedOver) {
  tap().step_mode(true);
  node.tell("b:k:pub", "1");
  node.tell("b:k:pub", "2");
  EXPECT_THAT(node.said("b:k:pub"), IsEmpty());
  tap().release_one();
  node.settle();
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("1"));
  tap().release_one();
  tap().release_one();  // nothing is left
  node.settle();
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("2"));
}

TEST_F(TapTest, LeavingStepModeLetsGoOfAllInOrder) {
  tap().step_mode(true);
  for (int i = 0; i < 5; ++i) node.tell("b:k:pub", std::to_string(i));
  tap().step_mode(false);
  node.tell("b:k:pub", "5");
  node.settle();
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST_F(TapTest, AStepOutsideStepModeIsIgnored) {
  tap().release_one();
  node.tell("b:k:pub", "x");
  EXPECT_THAT(node.said("b:k:pub"), ElementsAre("x"));
}

TEST_F(TapTest, AMessageIsPrintedWhenItIsSteppedOver) {
  tap().print_events(true);
  tap().step_mode(true);
  node.tell("b:k:pub", "x");
  EXPECT_THAT(events_of("kernel:distro:sys"), IsEmpty());
  tap().release_one();
  EXPECT_THAT(events_of("kernel:distro:sys"), ElementsAre(HasSubstr("body: x")));
}

TEST_F(TapTest, TimersRunOnWhileStepping) {
  play(R"({"do":"send","to":"our@void:distro:sys","body":"x","expects":5})");
  tap().step_mode(true);
  node.advance(6s);
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre(HasSubstr(R"("error":"timeout")")));
}

TEST_F(TapTest, CommandsToTheKernelAreHeldToo) {
  tap().step_mode(true);
  node.kill("b:k:pub");
  EXPECT_FALSE(node.printouts.has(0, "killing process"));
  tap().step_mode(false);
  node.settle();
  EXPECT_FALSE(node.exists("b:k:pub"));
}

TEST_F(TapTest, WhatIsHeldIsBoundedAndThenSendersWaitAsAtAFullMailbox) {
  tap().step_mode(true);
  msg::Request request = wasm::native_request("x");
  for (std::size_t i = 0; i < limits::kSteppedCountMax; ++i) {
    ASSERT_EQ(node.owner().send(at("b:k:pub"), request), port::Routed::kDelivered);
  }
  EXPECT_EQ(node.owner().send(at("b:k:pub"), request), port::Routed::kFull);
  tap().release_one();
  EXPECT_EQ(node.owner().send(at("b:k:pub"), request), port::Routed::kDelivered);
}

TEST_F(TapTest, WhatFindsNoRoomWhenItIsLetGoIsSaid) {
  node.program("never-reads", support::never_reads);
  node.start("d:k:pub", "never-reads");
  const msg::Request fill = wasm::native_request("x");
  while (node.owner().send(at("d:k:pub"), fill) == port::Routed::kDelivered) {
  }
  tap().step_mode(true);
  node.owner().send(at("d:k:pub"), wasm::native_request("one more", 30));
  const std::uint64_t id = node.owner().last_id();
  tap().step_mode(false);
  node.settle();
  EXPECT_TRUE(node.printouts.has(0,
                                 "event loop: a message from owner:distro:sys to d:k:pub was "
                                 "dropped when it was let go: the mailbox is full"));
  ASSERT_FALSE(node.owner().got.empty());
  EXPECT_EQ(node.owner().got.back()->id, id);
  EXPECT_NE(node.owner().got.back()->send_error(), nullptr);
}

TEST_F(TapTest, WhoEndsWhileItsMessageIsHeldHarmsNobody) {
  tap().step_mode(true);
  node.tell("b:k:pub", "too late");
  node.kernel().kill(node.kernel().table().find(id_of("b:k:pub")), Kernel::Revoke::kYes);
  node.settle();
  tap().step_mode(false);
  node.settle();
  EXPECT_TRUE(node.printouts.has(0, "to b:k:pub was dropped when it was let go: it has ended"));
}

/// Nobody is behind the mailboxes, so nobody has to be woken.
class NobodyToWake final : public rt::Executor {
 public:
  void schedule(rt::Actor&) override {}
  void post(rt::Work) override {}
  rt::Timers& timers() override { return manual_.timers(); }
  rt::BlockingPool& blocking() override { return manual_.blocking(); }
  const Clock& clock() const override { return manual_.clock(); }

 private:
  rt::ManualExecutor manual_;
};

class Box final : public Endpoint {
 public:
  explicit Box(const ProcessRecord& record) : Endpoint(record, {10'000, 10'000'000}) {}
  rt::Slice run_slice() noexcept override { return rt::Slice::kWaiting; }
};

TEST(TapOnThreads, NothingIsLostOrOvertakenWhileStepModeComesAndGoes) {
  constexpr std::uint64_t kEach = 500;
  NobodyToWake executor;
  support::Printouts printouts;
  ProcessTable table;
  Router router("a.os", table, executor, printouts);
  const ProcessRecord target(at("t:k:pub"), true, 10);
  const auto box = std::make_shared<Box>(target);
  std::vector<std::thread> senders;
  senders.reserve(4);
  std::atomic<int> running = 4;
  for (int t = 0; t < 4; ++t) {
    senders.emplace_back([&, source = msg::share(at(fmt::format("s{}:k:pub", t)))] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        auto e = std::make_shared<msg::Envelope>();
        e->id = i;
        e->source = source;
        e->target = target.address;
        e->message = wasm::native_request("x");
        msg::EnvelopeRef envelope = std::move(e);
        while (router.deliver(*box, envelope) == port::Routed::kFull) std::this_thread::yield();
      }
      --running;
    });
  }
  while (running > 0) {
    router.tap().step_mode(true);
    router.tap().release_one();
    std::this_thread::yield();
    router.tap().step_mode(false);
  }
  for (auto& sender : senders) sender.join();
  std::map<std::string, std::uint64_t> next;
  while (const auto item = box->mailbox().pop(executor)) {
    EXPECT_EQ(item->value->id, next[item->value->source->text()]++);
  }
  for (const auto& [source, count] : next) EXPECT_EQ(count, kEach) << source;
  EXPECT_EQ(next.size(), 4u);
}

}  // namespace
}  // namespace kinode::kernel
