#include "rt/pace.h"

#include <ctime>
#include <gtest/gtest.h>

#include "rt/ready_queue.h"
#include "rt/thread_pool.h"

namespace kinode::rt {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

/// An actor that runs itself now and then, and others for it.
class PaceTest : public testing::Test {
 protected:
  /// Runs for as long, and has others work for it meanwhile.
  void run(Nanos own, Nanos others) {
    pace.begin(now);
    const Instant begun = now + own / 2;
    now += own;
    if (others > 0ns) pace.bill(begun, others);
    pace.end(own);
  }
  std::optional<Nanos> rest() {
    pace.begin(now);
    const auto until = pace.rest_until(now);
    pace.end(0ns);
    return until ? std::optional(*until - now) : std::nullopt;
  }

  Pace pace;
  Instant now = kStart;
};

TEST_F(PaceTest, WhoRunsAloneNeverRests) {
  EXPECT_EQ(rest(), std::nullopt);
  for (int i = 0; i < 1000; ++i) run(1ms, 0ms);
  EXPECT_EQ(rest(), std::nullopt);
}

TEST_F(PaceTest, WhatOthersDoMeanwhileIsRestedFor) {
  for (int i = 0; i < 20; ++i) run(1ms, 2ms);
  EXPECT_EQ(rest(), 40ms);
  now += 35ms;
  EXPECT_EQ(rest(), std::nullopt) << "a little ahead is allowed";
}

TEST_F(PaceTest, ALongSliceIsNotHeldAgainstWhoIsBilledInIt) {
  run(1s, 1ms);
  EXPECT_EQ(rest(), std::nullopt);
}

TEST_F(PaceTest, WorkThatIsWaitedForCostsNoRest) {
  for (int i = 0; i < 100; ++i) {
    run(1ms, 0ms);
    const Instant begun = now - 1us;  // before the slice that asked for it has ended
    now += 50ms;
    pace.bill(begun, 50ms);
  }
  EXPECT_EQ(rest(), std::nullopt);
}

TEST_F(PaceTest, TimeThatPassedUnusedIsNotSaved) {
  run(1ms, 1ms);
  now += 10s;
  run(1ms, 40ms);
  EXPECT_EQ(rest(), 40ms);
}

TEST_F(PaceTest, NobodyRestsForLongAfterOneLargeJob) {
  run(1ms, 1h);
  EXPECT_EQ(rest(), Pace::kRestMax);
}

class Idle final : public Actor {
 public:
  Slice run_slice() noexcept override { return Slice::kWaiting; }
  using Actor::rest_until;
};

TEST(Bill, CountsLikeASliceOfItsOwn) {
  ReadyQueue queue;
  const auto worked_for = std::make_shared<Idle>();
  const auto works = std::make_shared<Idle>();
  for (const auto& actor : {worked_for, works}) queue.push(actor);
  while (queue.pop()) {
  }
  worked_for->bill(kStart, 3ms);
  ActorState::charge(*worked_for, 1ms);
  ActorState::charge(*works, 2ms);
  queue.push(worked_for);
  queue.push(works);
  EXPECT_EQ(queue.pop(), works);
  ActorState::charge(*worked_for, 0ms);
  EXPECT_EQ(ActorState::virtual_time(*worked_for).had_ns - ActorState::virtual_time(*works).had_ns,
            2'000'000)
      << "a bill is paid once";
}

/// Until this thread has used so much of a processor.
void compute_for(Nanos time) {
  const auto used = [] {
    timespec at{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return std::chrono::seconds(at.tv_sec) + Nanos(at.tv_nsec);
  };
  const Nanos begun = used();
  while (used() < begun + time) {
  }
}

TEST(Bill, TheBlockingPoolBillsWhatItsWorkTook) {
  const OsClock clock;
  ThreadPool pool(clock, 1);
  const auto payer = std::make_shared<Idle>();
  const auto other = std::make_shared<Idle>();
  const Instant submitted = clock.now();
  pool.submit("a", [] { compute_for(20ms); }, payer);
  pool.submit("a", [] {}, other);
  pool.submit("a", [] { compute_for(20ms); });
  pool.stop();
  const auto rest = payer->rest_until(submitted);
  ASSERT_TRUE(rest.has_value());
  EXPECT_GE(*rest, submitted + 20ms);
  EXPECT_EQ(other->rest_until(submitted + 1h), std::nullopt);
}

TEST(Bill, WhoHasGoneIsNotBilled) {
  const OsClock clock;
  ThreadPool pool(clock, 1);
  bool worked = false;
  auto payer = std::make_shared<Idle>();
  const std::weak_ptr<Idle> weak = payer;
  pool.submit(
      "a",
      [&worked, last = std::move(payer)]() mutable {
        last.reset();
        worked = true;
      },
      weak);
  pool.stop();
  EXPECT_TRUE(worked);
}

}  // namespace
}  // namespace kinode::rt
