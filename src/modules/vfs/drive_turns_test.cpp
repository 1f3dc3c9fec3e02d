// Several work in a drive at once, or one alone.
#include "modules/vfs/drive_turns.h"

#include <gmock/gmock.h>

namespace kinode::vfs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

DriveJobRef job_in(std::vector<std::string> drives) {
  auto job = std::make_shared<DriveJob>();
  job->drives = std::move(drives);
  return job;
}

class DriveTurnsTest : public testing::Test {
 protected:
  const DriveJobRef a = job_in({"d"});
  const DriveJobRef b = job_in({"d"});
  const DriveJobRef alone = job_in({"d"});
  const DriveJobRef elsewhere = job_in({"e"});
  DriveTurns turns;
};

TEST_F(DriveTurnsTest, WhoWantsADriveAloneWaitsForWhoIsInIt) {
  EXPECT_TRUE(turns.start(a, false));
  EXPECT_TRUE(turns.start(b, false));
  EXPECT_FALSE(turns.start(alone, true));
  EXPECT_THAT(turns.finished(a), IsEmpty());
  EXPECT_THAT(turns.finished(b), ElementsAre(alone));
  EXPECT_TRUE(turns.start(alone, true));
  EXPECT_THAT(turns.finished(alone), IsEmpty());
}

TEST_F(DriveTurnsTest, WhoComesMeanwhileIsHeldBackAndOthersAreNot) {
  EXPECT_TRUE(turns.start(a, false));
  EXPECT_FALSE(turns.start(alone, true));
  EXPECT_FALSE(turns.start(b, false)) << "else the one would never begin";
  EXPECT_TRUE(turns.start(elsewhere, false));
  EXPECT_TRUE(turns.is_held("d"));
  EXPECT_FALSE(turns.is_held("e"));
  EXPECT_THAT(turns.finished(a), ElementsAre(alone));
  EXPECT_TRUE(turns.start(alone, true));
  EXPECT_THAT(turns.finished(alone), ElementsAre(b));
  EXPECT_TRUE(turns.start(b, false));
  EXPECT_FALSE(turns.is_held("d"));
}

TEST_F(DriveTurnsTest, TwoOfThemComeOneAfterTheOther) {
  const DriveJobRef second = job_in({"d"});
  EXPECT_TRUE(turns.start(alone, true));
  EXPECT_FALSE(turns.start(second, true));
  EXPECT_THAT(turns.finished(alone), ElementsAre(second));
  EXPECT_TRUE(turns.start(second, true));
}

TEST_F(DriveTurnsTest, WorkInTwoDrivesWaitsForBoth) {
  const DriveJobRef both = job_in({"e", "d"});
  EXPECT_TRUE(turns.start(alone, true));
  EXPECT_FALSE(turns.start(both, false));
  EXPECT_FALSE(turns.is_held("e"));
  EXPECT_THAT(turns.finished(alone), ElementsAre(both));
  EXPECT_TRUE(turns.start(both, false));
  EXPECT_FALSE(turns.start(alone, true));
  EXPECT_THAT(turns.finished(both), ElementsAre(alone));
}

}  // namespace
}  // namespace kinode::vfs
