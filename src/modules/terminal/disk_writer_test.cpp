#include "modules/terminal/disk_writer.h"

#include <../tests/support/scratch.h>
#include <atomic>
#include <gmock/gmock.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

using support::Scratch;

using testing::HasSubstr;

class Disk : public testing::Test {
 protected:
  DiskPlaces places() const { return {scratch / "logs", {}, scratch / "history"}; }

  const Scratch scratch;
  const FixedZone zone{0};
  std::atomic<int> reports = 0;
  DiskWriter writer{zone, [this](const std::string&) { ++reports; }};
};

TEST_F(Disk, WritesWhatWasHandedOverBeforeItStops) {
  writer.open(places());
  for (int i = 0; i < 1000; ++i) writer.log(0, "line " + std::to_string(i));
  writer.remember("top");
  writer.stop();
  const std::string text = scratch.read_all("logs");
  EXPECT_EQ(std::ranges::count(text, '\n'), 1000);
  EXPECT_THAT(text, HasSubstr("[Thu, 1 Jan 1970 00:00:00 +0000] line 999\n"));
  EXPECT_EQ(scratch.read("history"), "top\n");
  EXPECT_EQ(reports, 0);
}

TEST_F(Disk, WritesWhatCameBeforeItWasOpened) {
  writer.log(0, "early");
  writer.open(places());
  writer.stop();
  EXPECT_THAT(scratch.read_all("logs"), HasSubstr("early"));
}

TEST_F(Disk, NeverOpenedWritesNothing) {
  writer.log(0, "lost");
  writer.stop();
  EXPECT_TRUE(scratch.names("").empty());
}

TEST_F(Disk, ThatIsTooSlowLosesTheOldestAndSaysHowMany) {
  for (std::size_t i = 0; i < limits::kPrintQueueCountMax + 7; ++i)
    writer.log(0, std::to_string(i));
  writer.open(places());
  writer.stop();
  const std::string text = scratch.read_all("logs");
  EXPECT_THAT(text, HasSubstr("(7 lines were dropped: printed faster than the disk takes them)"));
  EXPECT_THAT(text, testing::Not(HasSubstr(" 6\n")));
  EXPECT_THAT(text, HasSubstr(" 7\n"));
}

TEST_F(Disk, TextCannotForgeWhatOthersPrinted) {
  writer.open(places());
  writer.log(0, "a\x1b]0;x\x07\rb \x1b[38;5;196mred\x1b[0m");
  writer.stop();
  EXPECT_THAT(scratch.read_all("logs"), HasSubstr("a\\x1b]0;x\\x07\\x0db red\n"));
}

TEST_F(Disk, ThatRefusesIsReportedOnce) {
  scratch.write("logs", "a file where the folder should be");
  writer.open(places());
  for (int i = 0; i < 100; ++i) writer.log(0, "x");
  writer.stop();
  EXPECT_EQ(reports, 1);
}

}  // namespace
}  // namespace kinode::terminal
