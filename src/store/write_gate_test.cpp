#include "store/write_gate.h"

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace kinode::store {
namespace {

constexpr Nanos kLong = std::chrono::minutes(1);

TEST(WriteGate, ClosesAtOnceWhenNobodyIsWithin) {
  WriteGate gate;
  {
    const auto pass = gate.enter();
  }
  ASSERT_TRUE(gate.close(Nanos(0)));
  gate.open();
  const auto pass = gate.enter();
}

TEST(WriteGate, GivesUpOnWhoStaysWithinAndLetsTheOthersGoOn) {
  WriteGate gate;
  const auto pass = gate.enter();
  EXPECT_FALSE(gate.close(Nanos(1)));
  std::thread([&gate] { const auto other = gate.enter(); }).join();
}

TEST(WriteGate, WaitsForWhoIsWithin) {
  WriteGate gate;
  std::atomic<bool> is_out{false};
  auto pass = std::make_unique<WriteGate::Pass>(gate.enter());
  std::jthread writer([&] {
    is_out.store(true);
    pass.reset();
  });
  ASSERT_TRUE(gate.close(kLong));
  EXPECT_TRUE(is_out.load());
  gate.open();
}

TEST(WriteGate, APassCanBeHandedOn) {
  WriteGate gate;
  auto first = gate.enter();
  {
    const auto second = std::move(first);
    EXPECT_FALSE(gate.close(Nanos(1)));
  }
  EXPECT_TRUE(gate.close(Nanos(0)));
  gate.open();
}

TEST(WriteGate, NothingChangesWhileItIsClosed) {
  WriteGate gate;
  int kept = 0;
  std::atomic<bool> stop{false};
  std::vector<std::jthread> writers;
  writers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&] {
      while (!stop.load()) {
        const auto pass = gate.enter();
        std::atomic_ref(kept).fetch_add(1);
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(gate.close(kLong));
    const int before = std::atomic_ref(kept).load();
    std::this_thread::yield();
    EXPECT_EQ(std::atomic_ref(kept).load(), before);
    gate.open();
  }
  stop.store(true);
}

TEST(WriteGate, NoGateIsNoHindrance) { const auto none = pass(nullptr); }

}  // namespace
}  // namespace kinode::store
