#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode;
using namespace kinode::testing;

TEST(Process, AnswersWithTheBody) {
  Host host;
  host.deliver({.body = "hi", .expects = 5});
  const auto end = host.run([](const Address&) {
    for (;;) {
      const auto message = receive();
      if (message && message->is_request()) respond(message->body());
    }
  });
  EXPECT_EQ(end, End::kWaiting);
  ASSERT_EQ(host.responses.size(), 1u);
  EXPECT_EQ(host.responses[0].body, "hi");
}
