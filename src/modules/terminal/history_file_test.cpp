#include "modules/terminal/history_file.h"

#include <../tests/support/scratch.h>
#include <gmock/gmock.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

using support::Scratch;

using testing::ElementsAre;

class HistoryFileTest : public testing::Test {
 protected:
  const Scratch scratch;
  const std::string path = scratch / ".terminal_history";
};

TEST_F(HistoryFileTest, ThatIsNotThereHasNoCommands) { EXPECT_TRUE(load_history(path)->empty()); }

TEST_F(HistoryFileTest, KeepsOneCommandPerLineOldestFirst) {
  ASSERT_TRUE(append_history(path, "m our@p:k:sys '1'"));
  ASSERT_TRUE(append_history(path, "top"));
  EXPECT_EQ(scratch.read(".terminal_history"), "m our@p:k:sys '1'\ntop\n");
  EXPECT_THAT(*load_history(path), ElementsAre("m our@p:k:sys '1'", "top"));
}

TEST_F(HistoryFileTest, IsOnlyForItsOwner) {
  ASSERT_TRUE(append_history(path, "secret"));
  EXPECT_EQ(static_cast<unsigned>(std::filesystem::status(path).permissions()), 0600u);
}

TEST_F(HistoryFileTest, OfOthersIsReadAndCleaned) {
  scratch.write(".terminal_history", "good\n\n\x1b[2Jbad\xff\nlast line without end");
  EXPECT_THAT(*load_history(path), ElementsAre("good", "[2Jbad", "last line without end"));
}

TEST_F(HistoryFileTest, DoesNotGrowForEver) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "command " + std::to_string(i) + "\n";
  scratch.write(".terminal_history", text);
  const auto loaded = load_history(path);
  ASSERT_EQ(loaded->size(), limits::kTerminalHistoryLinesMax);
  EXPECT_EQ(loaded->front(), "command 2000");
  EXPECT_EQ(loaded->back(), "command 2999");
  EXPECT_TRUE(scratch.read(".terminal_history").starts_with("command 2000\n"));
}

TEST_F(HistoryFileTest, ThatIsHugeIsReadFromItsEnd) {
  scratch.write(".terminal_history",
                std::string(limits::kTerminalHistoryBytesMax, 'x') + "\nnewest\n");
  EXPECT_THAT(*load_history(path), ElementsAre("newest"));
  scratch.write(".terminal_history", std::string(2 * limits::kTerminalHistoryBytesMax, 'x'));
  EXPECT_TRUE(load_history(path)->empty());
}

TEST_F(HistoryFileTest, ThatIsNoFileIsAnError) {
  std::filesystem::create_directories(path);
  EXPECT_FALSE(load_history(path));
  EXPECT_FALSE(append_history(path, "x"));
}

}  // namespace
}  // namespace kinode::terminal
