#include "rt/mailbox.h"

#include <gtest/gtest.h>
#include <string>
#include <thread>

#include "rt/manual_executor.h"

namespace kinode::rt {
namespace {

class Counting final : public Actor {
 public:
  Slice run_slice() noexcept override {
    ++slices;
    return Slice::kWaiting;
  }
  int slices = 0;
};

class MailboxTest : public ::testing::Test {
 protected:
  Pushed push(std::string text, std::size_t bytes = 1) { return box.push(text, bytes); }
  std::string pop() {
    auto item = box.pop(executor);
    return item ? item->value : "";
  }

  ManualExecutor executor;
  Mailbox<std::string> box{{.count_max = 4, .bytes_max = 100}};
};

TEST_F(MailboxTest, KeepsTheOrderOfArrival) {
  push("a");
  push("b");
  EXPECT_EQ(pop(), "a");
  EXPECT_EQ(pop(), "b");
  EXPECT_EQ(pop(), "");
}

TEST_F(MailboxTest, RefusesMoreThanItsCount) {
  for (int i = 0; i < 4; ++i) EXPECT_EQ(push("x"), Pushed::kOk);
  std::string rest = "kept";
  EXPECT_EQ(box.push(rest, 1), Pushed::kFull);
  EXPECT_EQ(rest, "kept") << "a refused message stays with its sender";
}

TEST_F(MailboxTest, RefusesMoreThanItsBytes) {
  EXPECT_EQ(push("a", 60), Pushed::kOk);
  EXPECT_EQ(push("b", 41), Pushed::kFull);
  EXPECT_EQ(push("c", 40), Pushed::kOk);
  EXPECT_EQ(box.bytes(), 100u);
}

TEST_F(MailboxTest, TakesOneOversizedMessageWhenEmpty) {
  EXPECT_EQ(push("huge", 1'000'000), Pushed::kOk);
  EXPECT_EQ(push("small"), Pushed::kFull);
}

TEST_F(MailboxTest, TakesAnswersAlthoughItIsFull) {
  for (int i = 0; i < 4; ++i) push("x");
  std::string answer = "answer";
  EXPECT_EQ(box.push_answer(answer, 1, 2), Pushed::kOk);
  EXPECT_EQ(box.pop_answer()->value, "answer");
  EXPECT_EQ(box.size(), 4u);
}

TEST_F(MailboxTest, BoundsAnswersByWhatWasAskedFor) {
  std::string a = "a", b = "b", c = "c";
  EXPECT_EQ(box.push_answer(a, 1, 2), Pushed::kOk);
  EXPECT_EQ(box.push_answer(b, 1, 2), Pushed::kOk);
  EXPECT_EQ(box.push_answer(c, 1, 2), Pushed::kFull);
}

TEST_F(MailboxTest, MergesBothLanesInOrderOfArrival) {
  std::string two = "2";
  push("1");
  box.push_answer(two, 1, 8);
  push("3");
  EXPECT_EQ(pop() + pop() + pop(), "123");
}

TEST_F(MailboxTest, WakesAParkedSenderWhenAQuarterIsFree) {
  auto sender = std::make_shared<Counting>();
  for (int i = 0; i < 4; ++i) push("x");
  ASSERT_TRUE(box.wait_for_room(1, sender));
  pop();
  executor.run_until_idle();
  EXPECT_EQ(sender->slices, 1);
  EXPECT_FALSE(box.wait_for_room(1, sender)) << "there is room now";
}

TEST_F(MailboxTest, WakesParkedSendersWhenItCloses) {
  auto sender = std::make_shared<Counting>();
  for (int i = 0; i < 4; ++i) push("x");
  box.wait_for_room(1, sender);
  EXPECT_EQ(box.close(executor).size(), 4u);
  executor.run_until_idle();
  EXPECT_EQ(sender->slices, 1);
  EXPECT_EQ(push("y"), Pushed::kClosed);
}

TEST_F(MailboxTest, KeepsEachSendersOrderAcrossThreads) {
  constexpr int kEach = 2000;
  Mailbox<std::string> big{{.count_max = 100'000, .bytes_max = 1u << 30}};
  std::vector<std::thread> senders;
  senders.reserve(4);
  for (int s = 0; s < 4; ++s) {
    senders.emplace_back([&big, s] {
      for (int i = 0; i < kEach; ++i) {
        std::string text = std::to_string(s) + " " + std::to_string(i);
        big.push(text, 1);
      }
    });
  }
  std::vector<int> next(4, 0);
  int got = 0;
  while (got < 4 * kEach) {
    auto item = big.pop(executor);
    if (!item) {
      std::this_thread::yield();
      continue;
    }
    ++got;
    const int sender = item->value[0] - '0';
    ASSERT_EQ(std::stoi(item->value.substr(2)), next[static_cast<std::size_t>(sender)]++);
  }
  for (auto& sender : senders) sender.join();
}

}  // namespace
}  // namespace kinode::rt
