#include "modules/terminal/history.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

History of(const std::vector<std::string>& lines) {
  History history;
  history.load(lines);
  return history;
}

TEST(History, GoesBackToTheOldestAndNoFurther) {
  History history = of({"first", "second"});
  EXPECT_EQ(history.older(""), "second");
  EXPECT_EQ(history.older("second"), "first");
  EXPECT_EQ(history.older("first"), std::nullopt);
}

TEST(History, ComesBackToTheUnfinishedLine) {
  History history = of({"first", "second"});
  history.older("unfinish");
  history.older("second");
  EXPECT_EQ(history.newer(), "second");
  EXPECT_EQ(history.newer(), "unfinish");
  EXPECT_EQ(history.newer(), std::nullopt);
}

TEST(History, StoresNeitherEmptyLinesNorRepeats) {
  History history;
  EXPECT_FALSE(history.add(""));
  EXPECT_TRUE(history.add("a"));
  EXPECT_FALSE(history.add("a"));
  EXPECT_TRUE(history.add("b"));
  EXPECT_TRUE(history.add("a"));
  EXPECT_EQ(history.size(), 3u);
}

TEST(History, BeginsAtTheNewestAfterACommand) {
  History history = of({"a", "b"});
  history.older("");
  history.older("");
  history.add("c");
  EXPECT_EQ(history.older(""), "c");
}

TEST(History, HoldsAThousand) {
  History history;
  for (std::size_t i = 0; i < 2 * limits::kTerminalHistoryLinesMax; ++i)
    history.add(std::to_string(i));
  EXPECT_EQ(history.size(), limits::kTerminalHistoryLinesMax);
  EXPECT_EQ(history.older(""), "1999");
  EXPECT_EQ(history.search("1", 5000)->line, "1000");
}

TEST(History, IsSearchedFromTheNewest) {
  const History history = of({"hi alice", "top", "hi bob"});
  EXPECT_EQ(history.search("hi", 0)->line, "hi bob");
  EXPECT_EQ(history.search("hi", 1)->line, "hi alice");
  EXPECT_EQ(history.search("alice", 0)->offset, 3u);
}

TEST(History, BeyondTheLastMatchTheOldestStays) {
  const History history = of({"hi alice", "top", "hi bob"});
  EXPECT_EQ(history.search("hi", 7)->line, "hi alice");
}

TEST(History, FindsNothingForAnEmptyQuery) {
  const History history = of({"a"});
  EXPECT_FALSE(history.search("", 0));
  EXPECT_FALSE(history.search("b", 0));
}

}  // namespace
}  // namespace kinode::terminal
