#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

/// What the puppet printed.
std::vector<std::string> lines(const Host& host) {
  std::vector<std::string> texts;
  for (const auto& print : host.prints) texts.push_back(print.text);
  return texts;
}

}  // namespace

TEST(Puppet, PrintsWhatItReceives) {
  Host host;
  host.deliver({.body = "hello", .source = "me.os@a:b:c", .expects = 5, .blob = BlobValue{"b1"}});
  EXPECT_EQ(host.run(), End::kWaiting);
  EXPECT_THAT(lines(host),
              ElementsAre(R"({"got":"request","source":"me.os@a:b:c","target":null,)"
                          R"("body":"hello","metadata":null,"expects":5,"context":null,)"
                          R"("error":null,"caps":[],"has_blob":true,"get_blob":"b1",)"
                          R"("last_blob":"b1"})"));
}

TEST(Puppet, ACommandThatWantsAnAnswerIsNone) {
  Host host;
  host.deliver({.body = R"({"do":"exit"})", .expects = 5});
  EXPECT_EQ(host.run(), End::kWaiting);
  EXPECT_THAT(lines(host), ElementsAre(HasSubstr(R"("body":"{\"do\":\"exit\"}")")));
}

TEST(Puppet, SendsAndPrintsTheAnswer) {
  Host host;
  host.answer("b:k:sys", [](const SentRequest&) { return IncomingResponse{.body = "pong"}; });
  host.deliver({.body = R"({"do":"send","to":"me.os@b:k:sys","body":"ping","expects":5,)"
                        R"("context":"X"})"});
  EXPECT_EQ(host.run(), End::kWaiting);
  EXPECT_THAT(lines(host), ElementsAre(HasSubstr(R"("got":"response")")));
  EXPECT_THAT(lines(host)[0], HasSubstr(R"("context":"X")"));
}

TEST(Puppet, AnswersTheRequestBeforeTheCommand) {
  Host host;
  host.deliver({.body = "question", .source = "me.os@a:b:c", .expects = 5});
  host.deliver({.body = R"({"do":"respond","body":"answer","blob":"b"})"});
  EXPECT_EQ(host.run(), End::kWaiting);
  EXPECT_EQ(host.responses.at(0).target.text(), "me.os@a:b:c");
  EXPECT_EQ(host.responses.at(0).blob, BlobValue{"b"});
}

TEST(Puppet, PlaysScripts) {
  Host host;
  host.deliver({.body = R"({"do":"script","steps":[{"receive":2},)"
                        R"({"do":"send","to":"me.os@c:k:sys","body":"on","inherit":true},)"
                        R"({"do":"await","to":"me.os@d:k:sys","body":"x","expects":1},)"
                        R"({"do":"exit"}]})"});
  host.deliver({.body = "1", .blob = BlobValue{"b1"}});
  host.deliver({.body = "2"});
  EXPECT_EQ(host.run(), End::kReturned);
  ASSERT_EQ(host.requests.size(), 2u);
  EXPECT_EQ(host.requests[0].blob, BlobValue{"b1"});
  ASSERT_EQ(host.prints.size(), 3u);
  EXPECT_THAT(lines(host)[1], HasSubstr(R"("has_blob":false,"get_blob":null,"last_blob":"b1")"));
  EXPECT_THAT(lines(host)[2], HasSubstr(R"("got":"error")"));
  EXPECT_THAT(lines(host)[2], HasSubstr(R"("error":"timeout")"));
}

TEST(Puppet, SavesCapabilities) {
  Host host;
  host.deliver({.body = R"({"do":"save_caps","caps":[{"issuer":"me.os@a:b:c","params":"1"}]})"});
  host.run();
  EXPECT_EQ(host.capabilities.at(0).params, "1");
}

TEST(Puppet, SaysWhatItDoesNotUnderstand) {
  Host host;
  host.deliver({.body = R"({"do":"dance"})"});
  host.deliver({.body = R"({"do":"send","to":7})"});
  host.deliver({.body = R"({"do":)"});
  EXPECT_EQ(host.run(), End::kWaiting);
  EXPECT_THAT(lines(host), ElementsAre(HasSubstr("dance"), HasSubstr("to: expected a string"),
                                       HasSubstr("no JSON")));
}
