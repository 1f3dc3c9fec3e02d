#include "base/clock.h"

#include <gtest/gtest.h>

namespace kinode {
namespace {

using namespace std::chrono_literals;

TEST(ManualClock, StandsStillUntilMoved) {
  ManualClock clock;
  const Instant start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance(1500ms);
  EXPECT_EQ(clock.now() - start, 1500ms);
}

TEST(ManualClock, WallTimeMovesAlong) {
  ManualClock clock;
  const std::int64_t start = clock.unix_ms();
  clock.advance(2s);
  EXPECT_EQ(clock.unix_ms(), start + 2000);
}

TEST(ManualClock, TimesBeforeTheStartAreRepresentable) {
  ManualClock clock;
  EXPECT_LT(clock.now() - 1min, clock.now());
  EXPECT_GT(clock.now() - 1min, Instant{});
}

TEST(OsClock, NeverGoesBack) {
  OsClock clock;
  Instant last = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const Instant now = clock.now();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(OsClock, WallTimeIsMillisecondsOfThisCentury) {
  OsClock clock;
  EXPECT_GT(clock.unix_ms(), 1'700'000'000'000);  // November 2023
  EXPECT_LT(clock.unix_ms(), 4'102'444'800'000);  // 2100
}

}  // namespace
}  // namespace kinode
