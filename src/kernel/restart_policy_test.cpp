#include "kernel/restart_policy.h"

#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using namespace std::chrono_literals;

TEST(RestartPolicy, DoublesFromOneSecondWhenAProcessDiesAtOnce) {
  RestartPolicy policy;
  for (const Nanos expected : {0s, 1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 512s}) {
    EXPECT_EQ(policy.after_exit(0s), expected);
  }
}

TEST(RestartPolicy, WaitsAtMostTenMinutes) {
  RestartPolicy policy;
  for (int i = 0; i < 100; ++i) policy.after_exit(0s);
  EXPECT_EQ(policy.after_exit(0s), 600s);
}

TEST(RestartPolicy, StartsAfreshAfterAHealthyRun) {
  RestartPolicy policy;
  policy.after_exit(0s);
  policy.after_exit(0s);
  EXPECT_EQ(policy.after_exit(0s), 2s);
  // Five back-offs of two seconds.
  EXPECT_EQ(policy.after_exit(10s), 0s);
  EXPECT_EQ(policy.after_exit(0s), 1s);
}

TEST(RestartPolicy, ARunJustLongerThanTheGapIsNotHealthy) {
  RestartPolicy policy;
  policy.after_exit(0s);
  EXPECT_EQ(policy.after_exit(1s), 1s);
  EXPECT_EQ(policy.after_exit(2s), 2s);
  EXPECT_EQ(policy.after_exit(10s - 1ns), 4s);
}

TEST(RestartPolicy, FiftyMinutesAreHealthyHoweverLongTheBackOffIs) {
  RestartPolicy policy;
  for (int i = 0; i < 20; ++i) policy.after_exit(0s);
  EXPECT_EQ(policy.after_exit(3000s), 0s);
}

}  // namespace
}  // namespace kinode::kernel
