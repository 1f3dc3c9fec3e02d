// What a process may use, and what is counted of it.
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "msg/json_kernel.h"

namespace kinode::kernel {
namespace {

using support::at;
using support::id_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// Saves a state of as many bytes as the body says.
wasm::NativeTask<> saves(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    co_await guest.set_state(std::string(std::stoul(std::string(got.body().text())), 's'));
    guest.print(0, "saved");
  }
}

/// Asks `listens` as many times as the body says, without waiting.
wasm::NativeTask<> asks_many(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  const int count = std::stoi(std::string(got.body().text()));
  for (int i = 0; i < count; ++i) {
    co_await guest.send_request(
        {.target = at("listens:k:pub"), .request = wasm::native_request("?", 600)});
  }
  guest.print(0, "asked");
  for (;;) std::ignore = co_await guest.receive();
}

/// Spawns a listener of the name in the body.
wasm::NativeTask<> spawns(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    wasm::NativeSpawn spawn;
    spawn.name = std::string(got.body().text());
    spawn.wasm_path = support::KernelFixture::path_of("listens");
    const auto spawned = co_await guest.spawn(std::move(spawn));
    guest.print(0, std::holds_alternative<msg::ProcessId>(spawned) ? "spawned" : "refused");
  }
}

/// Prints as many lines as the body says.
wasm::NativeTask<> prints(wasm::NativeGuest guest) {
  for (;;) {
    const auto got = co_await guest.receive();
    const int count = std::stoi(std::string(got.body().text()));
    for (int i = 0; i < count; ++i) guest.print(0, "line");
  }
}

class BudgetTest : public testing::Test {
 protected:
  void boot(const std::function<void(Budget&)>& change) {
    node.budgets = [change](const msg::PackageId& package) {
      Budget budget;
      if (package.package == "small") change(budget);
      return budget;
    };
    node.program("echo", support::echo);
    node.program("listens", support::listens);
    node.program("never-reads", support::never_reads);
    node.program("saves", saves);
    node.program("asks-many", asks_many);
    node.program("spawns", spawns);
    node.program("prints", prints);
    node.module("void:distro:sys");
    node.boot();
  }

  msg::answer::Counters counters_of(std::string_view id) {
    const auto text = node.command(R"({"Debug":"Counters"})");
    const auto answer = msg::decode_kernel_answer(as_bytes(text.value()));
    return std::get<msg::answer::DebugCounters>(answer.value()).processes.at(id_of(id));
  }

  support::KernelFixture node;
};

TEST(Bill, WhoHadModulesWorkBesideItRests) {
  support::KernelFixture node;
  node.program("echo", support::echo);
  node.boot();
  node.start("echo:k:pub", "echo");
  node.advance(std::chrono::seconds(1));
  auto& kernel = node.kernel();
  const Instant now = node.executor().clock().now();
  kernel.bill(id_of("echo:k:pub"), now, std::chrono::milliseconds(100));
  kernel.bill(id_of("owner:distro:sys"), now, std::chrono::milliseconds(100));
  kernel.bill(id_of("nobody:k:pub"), now, std::chrono::milliseconds(100));
  EXPECT_EQ(node.ask("echo:k:pub", "late"), std::nullopt);
  node.advance(std::chrono::milliseconds(100));
  EXPECT_EQ(node.ask("echo:k:pub", "soon"), "soon");
}

TEST_F(BudgetTest, AStateBeyondItEndsWhoSavesItWithAReason) {
  boot([](Budget& budget) { budget.state_bytes = 100; });
  node.start("a:small:pub", "saves");
  node.start("a:k:pub", "saves");
  node.tell("a:small:pub", "100");
  EXPECT_THAT(node.said("a:small:pub"), ElementsAre("saved"));
  node.tell("a:small:pub", "101");
  EXPECT_TRUE(node.printouts.has(0, "set-state: 101 bytes, 100 are allowed"));
  EXPECT_FALSE(node.exists("a:small:pub"));
  node.tell("a:k:pub", "101");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("saved"));
}

TEST_F(BudgetTest, ALargeStateIsSavedToo) {
  boot([](Budget&) {});
  node.start("a:k:pub", "saves");
  node.tell("a:k:pub", "1000000");
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("saved"));
}

TEST_F(BudgetTest, AFullMailboxIsOneOfItsSize) {
  boot([](Budget& budget) { budget.mailbox_count = 3; });
  node.start("deaf:small:pub", "never-reads");
  for (int i = 0; i < 5; ++i) node.tell("deaf:small:pub", "x");
  EXPECT_EQ(counters_of("deaf:small:pub").queue_count, 3u);
}

TEST_F(BudgetTest, MoreOutstandingRequestsThanItAllowsEndWhoMakesThem) {
  boot([](Budget& budget) { budget.outstanding = 10; });
  node.start("listens:k:pub", "listens");
  node.start("a:small:pub", "asks-many");
  node.start("b:small:pub", "asks-many");
  node.tell("a:small:pub", "10");
  EXPECT_THAT(node.said("a:small:pub"), ElementsAre("asked"));
  EXPECT_EQ(counters_of("a:small:pub").outstanding, 10u);
  node.tell("b:small:pub", "11");
  EXPECT_TRUE(node.printouts.has(0, "10 requests are outstanding already"));
}

TEST_F(BudgetTest, AChildBeyondItIsRefusedUntilAnotherHasGone) {
  boot([](Budget& budget) { budget.children = 2; });
  node.start("a:small:pub", "spawns",
             {.caps = {support::messaging("vfs:distro:sys"),
                       support::cap("vfs:distro:sys", R"({"root":true})")}});
  for (const auto* name : {"one", "two", "three"}) node.tell("a:small:pub", name);
  EXPECT_THAT(node.said("a:small:pub"), ElementsAre("spawned", "spawned", "refused"));
  EXPECT_TRUE(node.printouts.has(0, "a:small:pub has 2 children and may not spawn more"));
  EXPECT_FALSE(node.exists("three:small:pub"));
  node.kill("one:small:pub");
  node.tell("a:small:pub", "four");
  EXPECT_THAT(node.said("a:small:pub"), ElementsAre("spawned"));
  EXPECT_EQ(counters_of("a:small:pub").children, 2u);
}

TEST_F(BudgetTest, WhoPrintsFasterThanItIsShownRestsAndThenGoesOn) {
  boot([](Budget&) {});
  node.start("a:k:pub", "prints");
  node.start("b:k:pub", "echo");
  node.tell("a:k:pub", "10000");
  EXPECT_EQ(node.said("a:k:pub").size(), 10'000u);
  node.tell("a:k:pub", "1");
  EXPECT_THAT(node.said("a:k:pub"), IsEmpty());
  EXPECT_EQ(node.ask("b:k:pub", "alive"), "alive");
  node.advance(std::chrono::seconds(1));
  EXPECT_THAT(node.said("a:k:pub"), ElementsAre("line"));
}

TEST_F(BudgetTest, WhoPrintsLittleNeverRests) {
  boot([](Budget&) {});
  node.start("a:k:pub", "prints");
  for (int i = 0; i < 100; ++i) {
    node.tell("a:k:pub", "10");
    EXPECT_EQ(node.said("a:k:pub").size(), 10u);
    node.advance(std::chrono::milliseconds(10));
  }
}

TEST_F(BudgetTest, WhoRestsCanBeKilled) {
  boot([](Budget&) {});
  node.start("a:k:pub", "prints");
  node.tell("a:k:pub", "10000");
  node.kill("a:k:pub");
  EXPECT_FALSE(node.exists("a:k:pub"));
}

TEST_F(BudgetTest, MessagesAndTheirBytesAreCountedOnBothSides) {
  boot([](Budget&) {});
  node.start("listens:k:pub", "listens");
  node.start("a:k:pub", "asks-many");
  node.tell("a:k:pub", "5");
  const auto sender = counters_of("a:k:pub");
  const auto receiver = counters_of("listens:k:pub");
  EXPECT_EQ(sender.sent_count, 5u);
  EXPECT_EQ(sender.sent_bytes, 5 * (limits::kEnvelopeOverheadBytes + 1));
  EXPECT_EQ(sender.received_count, 1u);
  EXPECT_EQ(receiver.received_count, 5u);
  EXPECT_EQ(receiver.received_bytes, sender.sent_bytes);
  EXPECT_EQ(receiver.queue_count, 0u);
  EXPECT_EQ(sender.refused, 0u);
}

TEST_F(BudgetTest, CountersNameEveryProcessAndModule) {
  boot([](Budget&) {});
  node.start("listens:k:pub", "listens");
  const auto text = node.command(R"({"Debug":"Counters"})").value();
  EXPECT_THAT(text, HasSubstr("\"listens:k:pub\":{\"cpu_ns\":"));
  EXPECT_THAT(text, HasSubstr("\"kernel:distro:sys\":{\"cpu_ns\":"));
}

}  // namespace
}  // namespace kinode::kernel
