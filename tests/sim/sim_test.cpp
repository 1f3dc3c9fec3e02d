#include <gtest/gtest.h>

#include "runner.h"

namespace kinode::sim {
namespace {

SeedResult run(std::uint64_t seed, const WorldOptions& options = {}) {
  Names names;
  return run_seed(names, seed, options);
}

TEST(Simulator, BreaksNoRuleInAShortBatch) {
  Names names;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const SeedResult result = run_seed(names, seed, {});
    ASSERT_EQ(result.violation, "")
        << "seed " << seed << ", last event " << result.last_event
        << "; replay: build/release/tests/sim/kinode_sim --seed=" << seed << " --trace";
  }
}

TEST(Simulator, ReplaysASeedToTheSameLastEvent) {
  for (const std::uint64_t seed : {3u, 17u, 29u}) {
    const SeedResult first = run(seed);
    const SeedResult again = run(seed);
    EXPECT_EQ(first.hash, again.hash) << "seed " << seed;
    EXPECT_EQ(first.events, again.events);
    EXPECT_EQ(first.last_event, again.last_event);
    EXPECT_NE(first.hash, run(seed + 1).hash);
  }
}

TEST(Simulator, NoticesAnAcknowledgedWriteThatGotLost) {
  Names names;
  WorldOptions options;
  int noticed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    options.lose_write = 20 + seed;
    if (!run_seed(names, seed, options).violation.empty()) ++noticed;
  }
  EXPECT_GE(noticed, 10);
}

}  // namespace
}  // namespace kinode::sim
