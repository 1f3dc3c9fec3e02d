#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode::test;

namespace {

std::string answer_to(Host& host, std::string_view order) {
  host.deliver({.body = std::string(order), .expects = 5});
  host.run();
  return host.responses.empty() ? "" : host.responses.back().body;
}

/// Lets the peer answer all that is sent to it.
void with_peer(Host& host) {
  host.answer("pong:bench:test.os", [](const SentRequest&) { return IncomingResponse{}; });
}

}  // namespace

TEST(PingpongBench, BurstsThenAwaitsOne) {
  Host host;
  with_peer(host);
  EXPECT_EQ(answer_to(host, "burst me.os@pong:bench:test.os 10"), "done");
  ASSERT_EQ(host.requests.size(), 11u);
  EXPECT_EQ(host.requests[0].body.size(), 32u);
  EXPECT_EQ(host.requests[0].expects, std::nullopt);
  EXPECT_TRUE(host.requests[10].awaited);
}

TEST(PingpongBench, AwaitsEach) {
  Host host;
  with_peer(host);
  EXPECT_EQ(answer_to(host, "await me.os@pong:bench:test.os 3"), "done");
  EXPECT_EQ(host.requests.size(), 3u);
}

TEST(PingpongBench, SendsBlobs) {
  Host host;
  with_peer(host);
  EXPECT_EQ(answer_to(host, "blob me.os@pong:bench:test.os 2 1000"), "done");
  ASSERT_EQ(host.requests.size(), 2u);
  EXPECT_EQ(host.requests[1].blob->bytes, std::string(1000, 'x'));
}

TEST(PingpongBench, SavesStates) {
  Host host;
  EXPECT_EQ(answer_to(host, "state 5 100"), "done");
  EXPECT_EQ(host.state->size(), 100u);
}

TEST(PingpongBench, Serves) {
  Host host;
  host.deliver({.body = "serve", .expects = 5});
  host.deliver({.body = "one way"});
  host.deliver({.body = "blob", .expects = 5, .blob = BlobValue{"xx"}});
  EXPECT_EQ(host.run(), End::kWaiting);
  ASSERT_EQ(host.responses.size(), 2u);
  EXPECT_EQ(host.responses[0].body, "done");
  EXPECT_EQ(host.responses[1].body, "2");
  EXPECT_TRUE(host.prints.empty());
}

TEST(PingpongBench, SaysWhichOrderIsBad) {
  for (const auto* order : {"dance", "burst", "burst me.os@pong:bench:test.os", "state 5",
                            "burst nobody 3", "blob me.os@pong:bench:test.os 2", "state x 1", ""}) {
    Host host;
    EXPECT_EQ(answer_to(host, order), "bad order: " + std::string(order));
  }
}
