#include "modules/terminal/local_time.h"

#include <gtest/gtest.h>

namespace kinode::terminal {
namespace {

constexpr std::int64_t kFriday = 1738328709'123;  // 2025-01-31 13:05:09 UTC

TEST(LocalTime, IsWrittenAsTheDisplayAndTheLogsNeedIt) {
  const LocalTime t = FixedZone(60).local(kFriday);
  EXPECT_EQ(clock_text(t), "Fri 14:05");
  EXPECT_EQ(rfc2822(t), "Fri, 31 Jan 2025 14:05:09 +0100");
  EXPECT_EQ(file_stamp(t), "2025-01-31-14:05:09");
}

TEST(LocalTime, WestOfGreenwichAndHalfHours) {
  EXPECT_EQ(rfc2822(FixedZone(-210).local(kFriday)), "Fri, 31 Jan 2025 09:35:09 -0330");
  EXPECT_EQ(clock_text(FixedZone(12 * 60).local(kFriday)), "Sat 01:05");
}

TEST(LocalTime, BeforeTheEpochAndAtItsStart) {
  EXPECT_EQ(rfc2822(FixedZone(0).local(0)), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(rfc2822(FixedZone(0).local(-1)), "Wed, 31 Dec 1969 23:59:59 +0000");
}

TEST(LocalTime, OfTheMachineIsTheSameMoment) {
  const LocalTime t = OsTimeZone().local(kFriday);
  EXPECT_EQ(t.second, 9);
  EXPECT_EQ((t.hour * 60 + t.minute - t.offset_minutes + 1440 * 2) % 1440, 13 * 60 + 5);
}

}  // namespace
}  // namespace kinode::terminal
