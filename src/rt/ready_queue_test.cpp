#include "rt/ready_queue.h"

#include <gtest/gtest.h>
#include <map>
#include <string>

#include "base/random.h"

namespace kinode::rt {
namespace {

using namespace std::chrono_literals;

class Named final : public Actor {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  Slice run_slice() noexcept override { return Slice::kWaiting; }
  const std::string& name() const { return name_; }

 private:
  const std::string name_;
};

/// A processor that gives each slice to whoever is first.
class ReadyQueueTest : public testing::Test {
 protected:
  std::shared_ptr<Named> actor(const std::string& name, std::uint32_t weight = 100) {
    auto out = std::make_shared<Named>(name);
    out->set_weight(weight);
    return out;
  }

  /// Who ran. It uses `slice` of its own, and is ready again if it is `busy`.
  std::string run(Nanos slice, bool busy) {
    const auto first = std::static_pointer_cast<Named>(queue.pop());
    ActorState::charge(*first, slice);
    used[first->name()] += slice;
    if (busy) queue.push(first);
    return first->name();
  }

  ReadyQueue queue;
  std::map<std::string, Nanos> used;
};

TEST_F(ReadyQueueTest, HandsOutNobodyWhenEmpty) {
  EXPECT_EQ(queue.pop(), nullptr);
  EXPECT_EQ(queue.size(), 0u);
}

TEST_F(ReadyQueueTest, ThoseWhoAreBusyShareAlikeWhateverTheirSlices) {
  queue.push(actor("long"));
  queue.push(actor("short"));
  for (int i = 0; i < 20'000; ++i) {
    const auto first = std::static_pointer_cast<Named>(queue.pop());
    const Nanos slice = first->name() == "long" ? Nanos(1ms) : Nanos(2us);
    ActorState::charge(*first, slice);
    used[first->name()] += slice;
    queue.push(first);
  }
  const double ratio =
      static_cast<double>(used["long"].count()) / static_cast<double>(used["short"].count());
  EXPECT_NEAR(ratio, 1.0, 0.1);
}

TEST_F(ReadyQueueTest, SharesGoByWeight) {
  queue.push(actor("twice", 200));
  queue.push(actor("once"));
  for (int i = 0; i < 3000; ++i) run(1ms, true);
  EXPECT_NEAR(static_cast<double>(used["twice"].count()),
              2.0 * static_cast<double>(used["once"].count()), 3e6);
}

TEST_F(ReadyQueueTest, WhoSleptGoesBeforeThoseWhoCompute) {
  const auto sleeper = actor("sleeper");
  queue.push(sleeper);
  run(1us, false);
  for (int i = 0; i < 100; ++i) queue.push(actor("loop"));
  for (int i = 0; i < 1000; ++i) run(1ms, true);
  queue.push(sleeper);
  EXPECT_EQ(run(1us, false), "sleeper");
}

TEST_F(ReadyQueueTest, WhoSleptCannotCatchUpOnAllItMissed) {
  const auto sleeper = actor("sleeper");
  queue.push(sleeper);
  run(1us, false);
  queue.push(actor("loop"));
  for (int i = 0; i < 1000; ++i) run(1ms, true);  // a second passes
  queue.push(sleeper);
  used.clear();
  for (int i = 0; i < 20; ++i) run(1ms, true);
  EXPECT_GE(used["loop"], 8ms);
}

TEST_F(ReadyQueueTest, ANewcomerHasNoHeadStart) {
  queue.push(actor("loop"));
  for (int i = 0; i < 10; ++i) run(1ms, true);
  used.clear();
  for (int i = 0; i < 40; ++i) {
    queue.push(actor("new"));
    const auto first = std::static_pointer_cast<Named>(queue.pop());
    ActorState::charge(*first, 1ms);
    used[first->name()] += 1ms;
    if (first->name() == "loop") queue.push(first);
  }
  EXPECT_GE(used["loop"], 4ms) << "a storm of newcomers shut out who was there before";
}

TEST_F(ReadyQueueTest, WhoHadMuchElsewhereStillGetsItsTurn) {
  ReadyQueue elsewhere;
  const auto moved = actor("moved");
  elsewhere.push(moved);
  elsewhere.pop();
  ActorState::charge(*moved, 1h);
  queue.push(actor("loop"));
  queue.push(moved);
  for (int i = 0; i < 300 && !used.contains("moved"); ++i) run(1ms, true);
  EXPECT_TRUE(used.contains("moved"));
}

TEST_F(ReadyQueueTest, IsNotMeasuredByTheClockOfAnotherQueue) {
  ReadyQueue elsewhere;
  const auto worker = actor("busy elsewhere");
  elsewhere.push(worker);
  for (int i = 0; i < 1000; ++i) {  // a second passes there
    elsewhere.pop();
    ActorState::charge(*worker, 1ms);
    elsewhere.push(worker);
  }
  const auto moved = actor("moved");
  elsewhere.push(moved);
  while (elsewhere.pop() != moved) {
  }
  ActorState::charge(*moved, 1us);
  for (int i = 0; i < 10; ++i) queue.push(actor("loop"));
  queue.push(moved);
  EXPECT_EQ(run(1ms, true), "moved");
}

TEST_F(ReadyQueueTest, InACrowdAHeavyUserWaitsNoLongerThanAmongFew) {
  const auto heavy = actor("heavy");
  queue.push(heavy);
  queue.pop();
  ActorState::charge(*heavy, 1h);
  for (int i = 0; i < 100; ++i) queue.push(actor("loop " + std::to_string(i)));
  queue.push(heavy);
  for (int i = 0; i < 350 && !used.contains("heavy"); ++i) run(1ms, true);
  EXPECT_TRUE(used.contains("heavy"));
}

TEST_F(ReadyQueueTest, InACrowdWhoWeighsMuchWaitsLittle) {
  const auto module = actor("module", 1000);
  queue.push(module);
  queue.pop();
  ActorState::charge(*module, 1s);
  for (int i = 0; i < 1000; ++i) queue.push(actor("pair " + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) run(2us, true);
  queue.push(module);
  int slices = 0;
  while (!used.contains("module")) {
    run(2us, true);
    ++slices;
  }
  EXPECT_LE(slices, 150'000) << "a third of a second";
}

TEST_F(ReadyQueueTest, IsInOrderWhateverIsPushed) {
  SeededRandom random(1);
  std::vector<std::shared_ptr<Named>> actors;
  for (int i = 0; i < 200; ++i) {
    actors.push_back(actor(std::to_string(i)));
    ActorState::virtual_time(*actors.back()) = {
        static_cast<std::int64_t>(random.next_u64() % 2'000'000), &queue, 0};
    queue.push(actors.back());
  }
  std::int64_t before = 0;
  for (int i = 0; i < 200; ++i) {
    const auto next = queue.pop();
    ASSERT_NE(next, nullptr);
    EXPECT_GE(ActorState::virtual_time(*next).had_ns, before);
    before = ActorState::virtual_time(*next).had_ns;
  }
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace kinode::rt
