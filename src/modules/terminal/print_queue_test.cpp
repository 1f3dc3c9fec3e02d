#include "modules/terminal/print_queue.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

const msg::ProcessId kSource = msg::ProcessId::parse("p:k:sys").value();

ShownPrint print(std::string content, std::uint8_t level = 0) {
  return {0, level, std::move(content)};
}

TEST(PrintQueue, GivesWhatCameInOrder) {
  PrintQueue queue(VerbosityTable(0, {}));
  queue.push(kSource, print("a"));
  queue.push_plain("b");
  const auto taken = queue.take(10, 1000);
  ASSERT_EQ(taken.prints.size(), 2u);
  EXPECT_EQ(taken.prints[0].content, "a");
  EXPECT_EQ(taken.prints[1].content, "b");
  EXPECT_TRUE(queue.empty());
}

TEST(PrintQueue, WakesTheReaderOnlyForTheFirst) {
  PrintQueue queue(VerbosityTable(0, {}));
  EXPECT_TRUE(queue.push(kSource, print("a")));
  EXPECT_FALSE(queue.push(kSource, print("b")));
  queue.take(10, 1000);
  EXPECT_TRUE(queue.push(kSource, print("c")));
}

TEST(PrintQueue, TakesOnlyWhatIsShown) {
  PrintQueue queue(VerbosityTable(0, {{kSource, ProcessVerbosity{}}}));
  EXPECT_FALSE(queue.push(kSource, print("muted")));
  EXPECT_FALSE(queue.push(msg::terminal_process(), print("debug", 1)));
  EXPECT_TRUE(queue.empty());
  queue.cycle_verbosity();
  EXPECT_TRUE(queue.push(msg::terminal_process(), print("debug", 1)));
}

TEST(PrintQueue, Fault23_WhoPrintsNeverWaitsAndTheOldestGoFirst) {
  PrintQueue queue(VerbosityTable(0, {}));
  for (std::size_t i = 0; i < limits::kPrintQueueCountMax + 5; ++i) {
    queue.push(kSource, print(std::to_string(i)));
  }
  const auto taken = queue.take(1, 1000);
  EXPECT_EQ(taken.dropped, 5u);
  EXPECT_EQ(taken.prints[0].content, "5");
  EXPECT_EQ(queue.take(1, 1000).dropped, 0u);
}

TEST(PrintQueue, IsBoundedByBytesAndHoldsOneOfAnySize) {
  PrintQueue queue(VerbosityTable(0, {}));
  const std::size_t half = limits::kPrintQueueBytesMax / 2;
  for (int i = 0; i < 3; ++i) queue.push(kSource, print(std::string(half, 'a')));
  EXPECT_EQ(queue.take(10, ~std::size_t{0}).prints.size(), 2u);
  queue.push(kSource, print(std::string(2 * limits::kPrintQueueBytesMax, 'a')));
  EXPECT_EQ(queue.take(10, 1).prints.size(), 1u);
}

}  // namespace
}  // namespace kinode::terminal
