#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode::test;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace {

std::string answer_to(Host& host, std::string_view body) {
  host.deliver({.body = std::string(body), .expects = 5});
  host.run();
  return host.responses.at(host.responses.size() - 1).body;
}

}  // namespace

TEST(CppEcho, EchoesWhatIsNoObject) {
  Host host;
  host.deliver({.body = "\xff", .expects = 5, .blob = BlobValue{"b"}});
  host.run();
  EXPECT_EQ(host.responses.at(0).body, "cpp:\xff");
  EXPECT_EQ(host.responses.at(0).blob, BlobValue{"b"});
}

TEST(CppEcho, AnswersOperations) {
  Host host("me.os@echo:echo-cpp:test.os");
  EXPECT_EQ(answer_to(host, R"({"op":"echo","text":"é\n"})"), R"({"ok":"é\n","lang":"cpp"})");
  EXPECT_EQ(answer_to(host, R"({"op":"our"})"), R"({"ok":"me.os@echo:echo-cpp:test.os"})");
  EXPECT_EQ(answer_to(host, R"({"op":"get_state"})"), R"({"ok":null})");
  EXPECT_EQ(answer_to(host, R"({"op":"set_state","text":"s"})"), R"({"ok":null})");
  EXPECT_EQ(answer_to(host, R"({"op":"get_state"})"), R"({"ok":"s"})");
  EXPECT_EQ(answer_to(host, R"({"op":"blob"})"), R"({"has":false,"get":null,"last":null})");
  EXPECT_EQ(answer_to(host, R"({"op":"on_exit_set","to":"Restart"})"), R"({"ok":null})");
  EXPECT_EQ(answer_to(host, R"({"op":"on_exit_get"})"), R"({"ok":"Restart"})");
}

TEST(CppEcho, SaysWhatIsWrongWithARequest) {
  Host host;
  EXPECT_THAT(answer_to(host, R"({"op":"dance"})"), HasSubstr("unknown op: dance"));
  EXPECT_THAT(answer_to(host, R"({"op":"echo"})"),
              StartsWith(R"({"err":"bad request","detail":"text is missing)"));
}

TEST(CppEcho, ReturnsOnExit) {
  Host host;
  host.deliver({.body = R"({"op":"exit"})", .expects = 5});
  EXPECT_EQ(host.run(), End::kReturned);
  EXPECT_EQ(host.responses.at(0).body, R"({"ok":null})");
}
