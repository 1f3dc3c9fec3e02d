// Guests that misbehave: each ends, or is interrupted, and the engine goes on.
#include <thread>

#include "wasm/engine_fixture.h"
#include "wasm/guest_data.h"

namespace kinode::wasm {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

using LimitsTest = EngineTest;

TestComponent guest_of(std::string code) { return {.code = std::move(code)}; }

/// Polls, while another thread ticks, until the guest was suspended this often.
int poll_with_ticks(Engine& engine, Instance& guest, int times) {
  std::jthread ticker([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      engine.tick();
      std::this_thread::yield();
    }
  });
  int pending = 0;
  while (pending < times && guest.poll() == Polled::kPending) ++pending;
  return pending;
}

TEST_F(LimitsTest, ATrapTellsWhereInTheGuestItHappened) {
  auto guest = start(guest_of(R"(
    (func $deeper unreachable)
    (func $init (param i32 i32) (call $deeper)))"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), HasSubstr("the guest gave up"));
  EXPECT_THAT(guest->failure(), HasSubstr("deeper"));
  EXPECT_THAT(guest->failure(), HasSubstr("init"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_EQ(guest->memory_bytes(), 0u);
}

TEST_F(LimitsTest, NamesInABacktraceAreReadable) {
  auto guest = start(guest_of(R"(
    (func $_ZN4shop4sellEv unreachable)
    (func $_ZN4shop4open17h0123456789abcdefE (call $_ZN4shop4sellEv))
    (func $init (param i32 i32) (call $_ZN4shop4open17h0123456789abcdefE)))"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), HasSubstr("shop::sell()\n"));
  EXPECT_THAT(guest->failure(), HasSubstr("shop::open\n"));
}

TEST_F(LimitsTest, NamesInABacktraceCannotMakeItLarge) {
  // Mangled: f(a, t<a, a>, t<t<a, a>, t<a, a>>, ...), twice as long with each parameter.
  std::string doubling = "_Z1f1a1tIS_S_E";
  for (const char level : std::string_view("123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    doubling += fmt::format("S0_IS{0}_S{0}_E", level);
  }
  for (const auto& name : {std::string(1 << 20, 'n'), doubling}) {
    auto guest = start(guest_of(
        fmt::format("(func ${0} unreachable) (func $init (param i32 i32) (call ${0}))", name)));
    EXPECT_EQ(guest->poll(), Polled::kTrapped);
    EXPECT_THAT(guest->failure(), HasSubstr(name.substr(0, 100)));
    EXPECT_LE(guest->failure().size(), 2000u);
  }
}

TEST_F(LimitsTest, OtherTrapsAreNamed) {
  auto zero = start(guest_doing("(drop (i32.div_u (i32.const 1) (i32.const 0)))"));
  EXPECT_EQ(zero->poll(), Polled::kTrapped);
  EXPECT_THAT(zero->failure(), HasSubstr("divide by zero"));
  auto outside = start(guest_doing("(drop (i32.load (i32.const -8)))"));
  EXPECT_EQ(outside->poll(), Polled::kTrapped);
  EXPECT_THAT(outside->failure(), HasSubstr("out of bounds memory access"));
}

TEST_F(LimitsTest, TheHostsTrapCarriesItsReason) {
  host.outcomes = {Outcome::kTrap};
  host.trap = "must expect response";
  auto guest = start(guest_doing("(call $clear-state)"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), testing::StartsWith("must expect response"));
  host.outcomes = {Outcome::kTrap};
  auto direct = start(guest_doing("(call $set-on-exit (i32.const 0) (i32.const 0) (i32.const 0))"));
  EXPECT_EQ(direct->poll(), Polled::kTrapped);
  EXPECT_THAT(direct->failure(), testing::StartsWith("must expect response"));
}

TEST_F(LimitsTest, EndlessRecursionEndsTheGuestOnly) {
  auto guest =
      start(guest_of("(func $init (param i32 i32) (call $init (i32.const 0) (i32.const "
                     "0)))"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), HasSubstr("stack grew beyond 524288 bytes"));
  run("");
}

TEST_F(LimitsTest, AnEndlessLoopIsSuspendedByTicksAndWakesItsPoller) {
  auto guest = start(guest_doing("(loop $again (br $again))"));
  EXPECT_EQ(poll_with_ticks(*engine, *guest, 5), 5);
  EXPECT_GE(waker->count, 5);
}

TEST_F(LimitsTest, AnEndlessLoopEndsWhenItsInstanceIsDestroyed) {
  auto guest = start(guest_doing("(loop $again (br $again))"));
  EXPECT_EQ(poll_with_ticks(*engine, *guest, 1), 1);
  guest.reset();
  run("");
}

TEST_F(LimitsTest, AnInstanceMayBeDestroyedInsideAHostCallOrBeforeItRan) {
  auto waiting = start(guest_doing("(call $receive (i32.const 1024))"));
  EXPECT_EQ(waiting->poll(), Polled::kPending);
  waiting.reset();
  start(guest_doing("")).reset();
  EXPECT_EQ(waker.use_count(), 1);
}

TEST_F(LimitsTest, ASuspendedGuestGoesOnOnAnotherThread) {
  auto guest = start(guest_doing("(call $receive (i32.const 1024)) (call $clear-state)"));
  std::jthread([&] { EXPECT_EQ(guest->poll(), Polled::kPending); }).join();
  host.inbox.push_back({});
  std::jthread([&] { EXPECT_EQ(guest->poll(), Polled::kDone); }).join();
}

TEST_F(LimitsTest, AMemoryEaterGetsMinusOneAtItsLimit) {
  // Prints the number of pages it could grow to, after the first refusal.
  auto guest = start(guest_doing(R"(
      (block $full (loop $more
        (br_if $full (i32.eq (memory.grow (i32.const 1)) (i32.const -1)))
        (br $more)))
      (call $print-to-terminal (memory.size) (i32.const 0) (i32.const 0)))"),
                     {.memory_bytes_max = 100 * 65536});
  EXPECT_EQ(guest->poll(), Polled::kDone) << guest->failure();
  EXPECT_EQ(host.calls.at(0), "print 100 ''");
}

TEST_F(LimitsTest, MemoryInUseIsCounted) {
  auto guest =
      start(guest_doing("(drop (memory.grow (i32.const 3)))"
                        "(call $receive (i32.const 1024))"));
  EXPECT_EQ(guest->memory_bytes(), 0u);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->memory_bytes(), 5u * 65536);
}

TEST_F(LimitsTest, AComponentThatNeedsMoreThanItMayHaveEndsWithTheReason) {
  auto guest = start(guest_doing(""), {.memory_bytes_max = 65536});
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), HasSubstr("memory"));
}

TEST_F(LimitsTest, TablesAreBounded) {
  auto guest = start(guest_of(R"(
      (table $t 1 funcref)
      (func $init (param i32 i32)
        (if (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))
          (then unreachable))
        (if (i32.eq (table.grow $t (ref.null func) (i32.const 100)) (i32.const -1))
          (then unreachable))))"),
                     {.table_elements_max = 500});
  EXPECT_EQ(guest->poll(), Polled::kDone) << guest->failure();
}

TEST_F(LimitsTest, AFlooderIsSuspendedSoonAfterItIsAskedToYield) {
  GuestData data;
  const auto send = data.put(data.address() + data.plain_request() + data.none() + data.no_blob());
  auto component = guest_doing(
      fmt::format("(loop $again (call $send-request (i32.const {})) (br $again))", send));
  component.data = data.segment();
  host.outcomes = {Outcome::kReady, Outcome::kReady, Outcome::kYield};
  auto guest = start(component);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_GE(host.calls.size(), 3u);
  EXPECT_LE(host.calls.size(), 3u + limits::kParkedMessagesMax);
  EXPECT_GE(waker->count, 1);
}

TEST_F(LimitsTest, AYieldOfEverySendingFunctionSuspends) {
  GuestData data;
  const auto send = data.put(data.address() + data.plain_request() + data.none() + data.no_blob());
  for (const auto& call :
       {fmt::format("(call $send-request (i32.const {}))", send),
        fmt::format("(call $send-requests (i32.const {}) (i32.const 1))", send),
        std::string("(call $send-response (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
                    " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)"
                    " (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))")}) {
    auto component = guest_doing(fmt::format("(loop $again {} (br $again))", call));
    component.data = data.segment();
    host.outcomes = {Outcome::kYield, Outcome::kYield};
    auto guest = start(component);
    EXPECT_EQ(guest->poll(), Polled::kPending) << call;
    EXPECT_EQ(guest->poll(), Polled::kPending) << call;
  }
}

TEST_F(LimitsTest, ACallWithTooMuchTextSaysSoHoweverLittleMemoryTheTextTakes) {
  GuestData data;
  const auto text = data.u32(65536) + data.u32(60'000);  // zeroed, and so UTF-8
  const auto capability = data.address() + text;
  std::string capabilities;
  for (int i = 0; i < 1200; ++i) capabilities += capability;
  const auto list = data.list(capabilities, 1200);
  const auto request =
      data.put(data.address() + data.u64(0) + data.u64(0) + data.u64(0) + data.text("") +
               data.none() + list + data.u32(0) + data.none() + data.no_blob());
  for (const auto* call : {"(call $save-capabilities (i32.load (i32.const {0})) (i32.const 1200))",
                           "(call $send-request (i32.const {1}))"}) {
    auto component = guest_doing(fmt::format(fmt::runtime(call), request + 76, request));
    component.data = data.segment();
    auto guest = start(component);
    EXPECT_EQ(guest->poll(), Polled::kTrapped);
    EXPECT_THAT(guest->failure(), HasSubstr("bytes of text; at most 67108864"));
  }
}

TEST_F(LimitsTest, ACallWithTooManyElementsSaysSo) {
  // 1.2 million empty capabilities in zeroed memory: 48 MB in the guest.
  auto guest =
      start(guest_doing("(drop (memory.grow (i32.const 800)))"
                        "(call $save-capabilities (i32.const 131072) (i32.const "
                        "1200000))"));
  EXPECT_EQ(guest->poll(), Polled::kTrapped);
  EXPECT_THAT(guest->failure(), HasSubstr("carried 1200000 capabilities; at most"));
}

}  // namespace
}  // namespace kinode::wasm
