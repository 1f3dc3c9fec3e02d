#include "rt/executor.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <gtest/gtest.h>
#include <latch>
#include <thread>

#include "rt/cancel.h"
#include "rt/gate.h"
#include "rt/manual_executor.h"
#include "rt/thread_executor.h"

namespace kinode::rt {
namespace {

using namespace std::chrono_literals;

class FunctionActor final : public Actor {
 public:
  explicit FunctionActor(std::function<Slice()> slice) : slice_(std::move(slice)) {}
  Slice run_slice() noexcept override { return slice_(); }

 private:
  const std::function<Slice()> slice_;
};

std::shared_ptr<FunctionActor> actor(std::function<Slice()> slice) {
  return std::make_shared<FunctionActor>(std::move(slice));
}

TEST(ManualExecutor, RunsAnActorOncePerSchedule) {
  ManualExecutor executor;
  int slices = 0;
  auto a = actor([&] {
    ++slices;
    return Slice::kWaiting;
  });
  executor.schedule(*a);
  executor.schedule(*a);
  executor.run_until_idle();
  EXPECT_EQ(slices, 1);
  executor.schedule(*a);
  executor.run_until_idle();
  EXPECT_EQ(slices, 2);
}

TEST(ManualExecutor, RunsAgainWhatIsScheduledDuringItsSlice) {
  ManualExecutor executor;
  int slices = 0;
  std::shared_ptr<FunctionActor> a;
  a = actor([&] {
    if (++slices == 1) executor.schedule(*a);
    return Slice::kWaiting;
  });
  executor.schedule(*a);
  executor.run_until_idle();
  EXPECT_EQ(slices, 2);
  a.reset();
}

TEST(ManualExecutor, SaysWhenSomethingNeverRests) {
  ManualExecutor executor;
  auto a = actor([] { return Slice::kMore; });
  executor.schedule(*a);
  EXPECT_FALSE(executor.run_until_idle(100));
}

TEST(ManualExecutor, FiresTimersAtTheirOwnTimes) {
  ManualExecutor executor;
  std::vector<Nanos> at;
  const Instant start = executor.clock().now();
  for (const auto span : {30ms, 10ms, 20ms}) {
    executor.timers().call_at(start + span, [&] { at.push_back(executor.clock().now() - start); });
  }
  executor.advance(1s);
  EXPECT_EQ(at, (std::vector<Nanos>{10ms, 20ms, 30ms}));
  EXPECT_EQ(executor.clock().now() - start, Nanos(1s));
}

TEST(ManualExecutor, RepeatsAnOrderFromItsSeed) {
  const auto order = [](std::uint64_t seed) {
    ManualExecutor executor(seed);
    std::string out;
    std::vector<std::shared_ptr<FunctionActor>> actors;
    for (char c = 'a'; c <= 'h'; ++c) {
      actors.push_back(actor([&out, c] {
        out += c;
        return Slice::kWaiting;
      }));
      executor.schedule(*actors.back());
    }
    executor.run_until_idle();
    return out;
  };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

TEST(ManualExecutor, KeepsBlockingWorkOfOneKeyInOrder) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    ManualExecutor executor(seed);
    std::string a, b;
    for (char c = '0'; c <= '9'; ++c) {
      executor.blocking().submit("a", [&a, c] { a += c; });
      executor.blocking().submit("b", [&b, c] { b += c; });
    }
    executor.run_until_idle();
    EXPECT_EQ(a, "0123456789");
    EXPECT_EQ(b, "0123456789");
  }
}

class ThreadExecutorTest : public ::testing::Test {
 protected:
  ThreadExecutorTest() : executor(clock, {.workers = 2, .blocking_threads_max = 2, .tick = {}}) {
    executor.start();
  }
  ~ThreadExecutorTest() override { executor.stop(); }

  OsClock clock;
  ThreadExecutor executor;
};

TEST_F(ThreadExecutorTest, NeverRunsOneActorTwiceAtOnce) {
  constexpr int kWanted = 20'000;
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  int slices = 0;  // guarded by the promise under test
  std::latch done(1);
  std::shared_ptr<FunctionActor> a;
  a = actor([&] {
    if (inside.fetch_add(1) != 0) overlapped = true;
    if (++slices == kWanted) done.count_down();
    inside.fetch_sub(1);
    return slices < kWanted ? Slice::kMore : Slice::kWaiting;
  });
  std::atomic<bool> stop{false};
  std::vector<std::thread> pushers;
  pushers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    pushers.emplace_back([&] {
      while (!stop) executor.schedule(*a);
    });
  }
  done.wait();
  stop = true;
  for (auto& pusher : pushers) pusher.join();
  executor.stop();
  EXPECT_FALSE(overlapped);
}

// Two actors that only ever run because the other scheduled them: a lost wake-up would hang here.
TEST_F(ThreadExecutorTest, LosesNoWakeUp) {
  constexpr int kRounds = 50'000;
  std::latch done(1);
  std::atomic<int> rounds{0};
  std::shared_ptr<FunctionActor> ping, pong;
  ping = actor([&] {
    if (rounds.fetch_add(1) == kRounds) {
      done.count_down();
    } else {
      executor.schedule(*pong);
    }
    return Slice::kWaiting;
  });
  pong = actor([&] {
    executor.schedule(*ping);
    return Slice::kWaiting;
  });
  executor.schedule(*ping);
  done.wait();
  executor.stop();
  EXPECT_GE(rounds.load(), kRounds);
}

TEST_F(ThreadExecutorTest, GivesAWaitingActorToAnIdleWorker) {
  // One actor keeps a worker until the other has run; the second can only run on another worker.
  std::latch second_ran(1);
  std::latch first_done(1);
  std::shared_ptr<FunctionActor> second = actor([&] {
    second_ran.count_down();
    return Slice::kWaiting;
  });
  auto first = actor([&] {
    executor.schedule(*second);
    second_ran.wait();
    first_done.count_down();
    return Slice::kWaiting;
  });
  executor.schedule(*first);
  first_done.wait();
  executor.stop();
}

TEST_F(ThreadExecutorTest, FiresTimersAndForgetsCancelledOnes) {
  std::latch fired(2);
  std::atomic<bool> cancelled_fired{false};
  const TimerId dead =
      executor.timers().call_at(clock.now() + 5ms, [&] { cancelled_fired = true; });
  EXPECT_TRUE(executor.timers().cancel(dead));
  executor.timers().call_at(clock.now() + 10ms, [&] { fired.count_down(); });
  executor.timers().call_at(clock.now() + 1ms, [&] { fired.count_down(); });
  fired.wait();
  EXPECT_FALSE(cancelled_fired);
}

TEST_F(ThreadExecutorTest, RunsSocketHandlersWhileActorsAreBusy) {
  std::atomic<bool> stop{false};
  std::shared_ptr<FunctionActor> busy =
      actor([&] { return stop ? Slice::kWaiting : Slice::kMore; });
  executor.schedule(*busy);
  std::latch handled(2);
  for (std::size_t i = 0; i < executor.worker_count(); ++i) {
    boost::asio::post(executor.io(i), [&] { handled.count_down(); });
  }
  handled.wait();
  stop = true;
  executor.stop();
}

TEST_F(ThreadExecutorTest, KeepsBlockingWorkOfOneKeyInOrder) {
  std::vector<int> order;  // guarded by the promise under test
  std::latch done(1);
  for (int i = 0; i < 1000; ++i) {
    executor.blocking().submit("file", [&, i] {
      order.push_back(i);
      if (i == 999) done.count_down();
    });
  }
  done.wait();
  executor.stop();
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(Gate, ClosesWhenTheLastOneLeaves) {
  Gate gate;
  bool empty = false;
  auto pass = gate.enter();
  ASSERT_TRUE(pass);
  gate.close([&] { empty = true; });
  EXPECT_FALSE(empty);
  EXPECT_FALSE(gate.enter()) << "nobody enters a closed gate";
  pass = {};
  EXPECT_TRUE(empty);
}

TEST(Gate, ClosesAtOnceWhenNobodyIsInside) {
  Gate gate;
  bool empty = false;
  gate.close([&] { empty = true; });
  EXPECT_TRUE(empty);
}

TEST(CancelSource, TellsListenersOnceAndLateOnesAtOnce) {
  CancelSource source;
  int told = 0;
  source.on_cancel([&] { ++told; });
  source.cancel();
  source.cancel();
  source.on_cancel([&] { ++told; });
  EXPECT_EQ(told, 2);
  EXPECT_TRUE(source.cancelled());
}

}  // namespace
}  // namespace kinode::rt
