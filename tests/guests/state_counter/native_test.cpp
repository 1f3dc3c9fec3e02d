#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode::test;

TEST(StateCounter, GoesOnWhereItsStateIs) {
  Host host;
  host.state = "41";
  host.deliver({.body = "add", .expects = 5});
  host.run();
  EXPECT_EQ(host.responses.at(0).body, "42");
  EXPECT_EQ(host.state, "42");
}

TEST(StateCounter, StartsAtOne) {
  Host host;
  host.deliver({.body = "add", .expects = 5});
  host.run();
  EXPECT_EQ(host.responses.at(0).body, "1");
}
