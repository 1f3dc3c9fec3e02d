// One node per home.
#include "store/home_lock.h"

#include <../tests/support/scratch.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace kinode::store {
namespace {

using support::Scratch;

TEST(HomeLock, Fault31_ASecondNodeIsToldWhoHoldsTheHome) {
  const Scratch home;
  const auto first = HomeLock::take(home.path());
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = HomeLock::take(home.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable);
  EXPECT_EQ(second.error().detail,
            fmt::format("the home {} is in use by another node (process {}): stop that one first, "
                        "or choose another home",
                        home.path(), ::getpid()));
}

TEST(HomeLock, LetsGoWhenItGoesAway) {
  const Scratch home;
  {
    ASSERT_TRUE(HomeLock::take(home.path()));
  }
  EXPECT_TRUE(HomeLock::take(home.path()));
}

TEST(HomeLock, WhatADeadNodeWroteDoesNotHold) {
  const Scratch home;
  home.write(".lock", "4294967295 and more text than a number has");
  const auto taken = HomeLock::take(home.path());
  ASSERT_TRUE(taken);
  EXPECT_EQ(home.read(".lock"), fmt::to_string(::getpid()));
}

TEST(HomeLock, TwoHomesDoNotDisturbEachOther) {
  const Scratch one;
  const Scratch other;
  const auto first = HomeLock::take(one.path());
  EXPECT_TRUE(HomeLock::take(other.path()));
}

TEST(HomeLock, AHomeThatCannotBeWrittenIsNamed) {
  const Scratch scratch;
  scratch.write("file", "");
  for (const std::string& home : {scratch / "none", scratch / "file"}) {
    const auto taken = HomeLock::take(home);
    ASSERT_FALSE(taken);
    EXPECT_NE(taken.error().detail.find("cannot write in " + home), std::string::npos);
  }
}

}  // namespace
}  // namespace kinode::store
