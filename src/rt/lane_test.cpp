// Who works off a lane, and what fits into it.
#include "rt/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::rt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using IntLane = Lane<int>;
using Pushed = IntLane::Pushed;

TEST(Lane, WhoFindsNobodyAtWorkHasToBegin) {
  IntLane lane({10, 100});
  EXPECT_EQ(lane.push(1, 1), Pushed::kStart);
  EXPECT_EQ(lane.push(2, 1), Pushed::kQueued);
  EXPECT_THAT(lane.take(10, 100), ElementsAre(1, 2));
  EXPECT_EQ(lane.push(3, 1), Pushed::kQueued);
  EXPECT_FALSE(lane.release());
  EXPECT_THAT(lane.take(10, 100), ElementsAre(3));
  EXPECT_TRUE(lane.release());
  EXPECT_EQ(lane.push(4, 1), Pushed::kStart);
}

TEST(Lane, IsBoundedByCountAndBytes) {
  IntLane lane({2, 100});
  EXPECT_EQ(lane.push(1, 60), Pushed::kStart);
  EXPECT_EQ(lane.push(2, 60), Pushed::kFull);
  EXPECT_EQ(lane.push(3, 40), Pushed::kQueued);
  EXPECT_EQ(lane.push(4, 0), Pushed::kFull);
  EXPECT_EQ(lane.push_always(5), Pushed::kQueued);
  EXPECT_THAT(lane.take(10, 1000), ElementsAre(1, 3, 5));
}

TEST(Lane, WhatIsLargerThanTheBoundPassesAlone) {
  IntLane lane({2, 100});
  EXPECT_EQ(lane.push(1, 1000), Pushed::kStart);
  EXPECT_EQ(lane.push(2, 1), Pushed::kFull);
}

TEST(Lane, IsTakenInPortions) {
  IntLane lane({10, 100});
  for (int i = 0; i < 5; ++i) lane.push(i, 10);
  EXPECT_THAT(lane.take(2, 100), ElementsAre(0, 1));
  EXPECT_THAT(lane.take(10, 15), ElementsAre(2));
  EXPECT_THAT(lane.take(10, 1), ElementsAre(3));
  EXPECT_THAT(lane.take(10, 100), ElementsAre(4));
  EXPECT_THAT(lane.take(10, 100), IsEmpty());
}

TEST(Lane, CanBeOwnedWithoutWork) {
  IntLane lane({10, 100});
  EXPECT_TRUE(lane.try_own());
  EXPECT_FALSE(lane.try_own());
  EXPECT_FALSE(lane.idle());
  EXPECT_EQ(lane.push(1, 1), Pushed::kQueued);
  EXPECT_FALSE(lane.release());
  lane.take(1, 1);
  EXPECT_TRUE(lane.release());
  EXPECT_TRUE(lane.idle());
}

}  // namespace
}  // namespace kinode::rt
