// In which order one process's requests are worked on (R1).
#include "modules/vfs/process_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace kinode::vfs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Named final : Job {
  int number = 0;
};

class Queue : public testing::Test {
 protected:
  void add(std::string lane, bool alone = false) {
    auto job = std::make_shared<Named>();
    job->lane = std::move(lane);
    job->alone = alone;
    job->number = ++added;
    queue.add(std::move(job));
  }
  /// The numbers of what may start now.
  std::vector<int> start() {
    std::vector<int> out;
    while (JobRef job = queue.next()) {
      running.push_back(std::static_pointer_cast<Named>(job));
      out.push_back(running.back()->number);
    }
    return out;
  }
  void finish(int number) {
    const auto it = std::ranges::find(running, number, [](const auto& job) { return job->number; });
    ASSERT_NE(it, running.end());
    queue.finished(**it);
    running.erase(it);
  }

  ProcessQueue queue{2};
  int added = 0;
  std::vector<std::shared_ptr<Named>> running;
};

TEST_F(Queue, OneLaneIsDoneInOrder) {
  add("a");
  add("a");
  EXPECT_THAT(start(), ElementsAre(1));
  finish(1);
  EXPECT_THAT(start(), ElementsAre(2));
  finish(2);
  EXPECT_TRUE(queue.empty());
}

TEST_F(Queue, LanesAreDoneSideBySideUpToABound) {
  add("a");
  add("b");
  add("c");
  EXPECT_THAT(start(), ElementsAre(1, 2));
  finish(2);
  EXPECT_THAT(start(), ElementsAre(3));
}

TEST_F(Queue, WhoWantsToBeAloneWaitsForAllBeforeAndHoldsUpAllAfter) {
  add("a");
  add("b", true);
  add("a");
  add("c");
  EXPECT_THAT(start(), ElementsAre(1));
  finish(1);
  EXPECT_THAT(start(), ElementsAre(2));
  EXPECT_THAT(start(), IsEmpty());
  finish(2);
  EXPECT_THAT(start(), ElementsAre(3, 4));
}

TEST_F(Queue, AnyMixtureIsDoneCompletelyAndInOrder) {
  std::mt19937 dice(1);
  for (int round = 0; round < 2000; ++round) {
    if (dice() % 3 != 0) add(std::string(1, static_cast<char>('a' + dice() % 3)), dice() % 5 == 0);
    start();
    for (const auto& one : running) {
      for (const auto& other : running) {
        if (one == other) continue;
        EXPECT_FALSE(one->alone || other->alone || one->lane == other->lane);
      }
    }
    if (!running.empty() && dice() % 2 == 0) finish(running[dice() % running.size()]->number);
  }
  while (!running.empty()) {
    finish(running.front()->number);
    start();
  }
  EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace kinode::vfs
