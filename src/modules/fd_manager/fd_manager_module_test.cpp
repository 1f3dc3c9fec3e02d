// Who gets how many descriptors (kernel.md 8, io.md 11).
#include "modules/fd_manager/fd_manager_module.h"

#include <../tests/support/fake_port.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::fd_manager {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FdManager : public testing::Test {
 protected:
  FdManager() : manager({[this] { return soft_limit; }, std::nullopt}) {
    EXPECT_TRUE(manager.start(port));
  }
  ~FdManager() override { manager.stop(); }

  void tell(std::string_view body, std::string_view source = "a.os@vfs:distro:sys") {
    manager.handle(support::request(source, "a.os@fd-manager:distro:sys", body));
  }

  /// "target body" of what was sent since the last look.
  std::vector<std::string> sent() {
    std::vector<std::string> out;
    for (const auto& envelope : std::exchange(port.sent, {})) {
      const Bytes body =
          envelope->request() != nullptr ? envelope->request()->body : envelope->response()->body;
      out.push_back(envelope->target->process.process + " " + std::string(body.text()));
    }
    return out;
  }

  std::uint64_t soft_limit = 1024;
  support::FakePort port;
  FdManagerModule manager;
};

TEST(MaxFds, LeavesATenthAndThirtyForTheRest) {
  EXPECT_EQ(max_fds(1024, 90), 891u);
  EXPECT_EQ(max_fds(1000, 50), 470u);
}

TEST(MaxFds, IsSmallButNotNothingWhereThereIsLittle) {
  for (const std::uint64_t limit : {0, 1, 40, 44}) EXPECT_EQ(max_fds(limit, 90), 10u) << limit;
  EXPECT_EQ(max_fds(45, 90), 10u);
  EXPECT_EQ(max_fds(100, 1), 10u);
}

TEST(MaxFds, OfUnlimitedDoesNotOverflow) {
  EXPECT_GT(max_fds(~std::uint64_t{0}, 90), std::uint64_t{1} << 63);
}

TEST_F(FdManager, WhoIsAloneGetsAll) {
  tell("\"RequestFdsLimit\"");
  EXPECT_THAT(sent(), ElementsAre("vfs {\"FdsLimit\":891}"));
}

TEST_F(FdManager, WhoHitsItsLimitGetsMoreThanOthers) {
  tell("\"RequestFdsLimit\"");
  tell("\"RequestFdsLimit\"", "a.os@kv:distro:sys");
  EXPECT_THAT(sent(), ElementsAre("vfs {\"FdsLimit\":891}", "kv {\"FdsLimit\":445}",
                                  "vfs {\"FdsLimit\":445}"));
  tell("\"FdsLimitHit\"", "a.os@kv:distro:sys");
  // 891/2/2 + 891/2/3 times one and two hits
  EXPECT_THAT(sent(), ElementsAre("kv {\"FdsLimit\":519}", "vfs {\"FdsLimit\":371}"));
  EXPECT_TRUE(port.has_printed(2, "kv:distro:sys hit its fd limit"));
}

TEST_F(FdManager, SaysWhoHasWhat) {
  tell("\"RequestFdsLimit\"");
  sent();
  tell("\"GetState\"", "a.os@p:k:sys");
  EXPECT_THAT(sent(),
              ElementsAre(R"(p {"GetState":{"vfs:distro:sys":{"limit":891,"hit_count":1}}})"));
  tell(R"({"GetProcessFdLimit":"vfs:distro:sys"})", "a.os@p:k:sys");
  tell(R"({"GetProcessFdLimit":"kv:distro:sys"})", "a.os@p:k:sys");
  EXPECT_THAT(sent(), ElementsAre("p {\"GetProcessFdLimit\":891}", "p {\"GetProcessFdLimit\":0}"));
}

TEST_F(FdManager, AnswersOnlyWhoWantsAnAnswer) {
  msg::Request request;
  request.body = Bytes::copy("\"GetState\"");
  manager.handle(support::envelope("a.os@p:k:sys", "a.os@fd-manager:distro:sys", request));
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(FdManager, LooksAtTheLimitEveryHourAndTellsOnlyWhatChanged) {
  tell("\"RequestFdsLimit\"");
  sent();
  port.executor().advance(2h);
  EXPECT_THAT(sent(), IsEmpty());
  soft_limit = 2048;
  port.executor().advance(1h);
  EXPECT_THAT(sent(), ElementsAre("vfs {\"FdsLimit\":1813}"));
}

TEST_F(FdManager, TheIntervalCanBeChanged) {
  tell("\"RequestFdsLimit\"");
  tell(R"({"UpdateUpdateUlimitSecs":60})", "a.os@terminal:terminal:sys");
  sent();
  soft_limit = 2048;
  port.executor().advance(61s);
  EXPECT_THAT(sent(), ElementsAre("vfs {\"FdsLimit\":1813}"));
}

TEST_F(FdManager, ThePercentageCanBeChanged) {
  tell("\"RequestFdsLimit\"");
  sent();
  tell(R"({"UpdateMaxFdsAsFractionOfUlimitPercentage":50})", "a.os@terminal:terminal:sys");
  EXPECT_THAT(sent(), ElementsAre("vfs {\"FdsLimit\":482}"));
}

TEST_F(FdManager, Fault15_NumbersThatMakeNoSenseChangeNothing) {
  tell("\"RequestFdsLimit\"");
  sent();
  for (const auto* body :
       {R"({"UpdateMaxFdsAsFractionOfUlimitPercentage":0})",
        R"({"UpdateMaxFdsAsFractionOfUlimitPercentage":101})", R"({"UpdateUpdateUlimitSecs":0})"}) {
    port.printed.clear();
    tell(body, "a.os@terminal:terminal:sys");
    EXPECT_TRUE(port.has_printed(1, "handle_message error: update_max_fds error:")) << body;
  }
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(FdManager, Fault15_OrdinaryProcessesNeitherAdministerNorTakeAShare) {
  tell("\"RequestFdsLimit\"");
  sent();
  for (const auto* body :
       {"\"RequestFdsLimit\"", "\"FdsLimitHit\"",
        R"({"UpdateMaxFdsAsFractionOfUlimitPercentage":1})", R"({"UpdateUpdateUlimitSecs":1})"}) {
    port.printed.clear();
    tell(body, "a.os@p:k:pub");
    EXPECT_TRUE(port.has_printed(1, "handle_message error:")) << body;
  }
  EXPECT_THAT(sent(), IsEmpty());
}

TEST_F(FdManager, WhatItCannotReadIsPrinted) {
  for (const auto* body : {"", "{", "\"Other\"", R"({"GetState":1})", R"({"FdsLimit":-1})"}) {
    port.printed.clear();
    tell(body);
    EXPECT_TRUE(port.has_printed(1, "handle_message error:")) << body;
  }
  manager.handle(support::envelope("a.os@p:k:sys", "a.os@fd-manager:distro:sys", msg::Response{}));
  EXPECT_TRUE(port.has_printed(1, "handle_message error: not a request"));
}

TEST_F(FdManager, OtherNodesAreNotServed) {
  tell("\"GetState\"", "b.os@vfs:distro:sys");
  EXPECT_THAT(sent(), IsEmpty());
}

TEST(FixedFdManager, Fault24_AFixedNumberIsSharedAndTheNodeGoesOn) {
  support::FakePort port;
  FdManagerModule manager({[] { return std::uint64_t{1024}; }, 500});
  ASSERT_TRUE(manager.start(port));
  manager.handle(
      support::request("a.os@vfs:distro:sys", "a.os@fd-manager:distro:sys", "\"RequestFdsLimit\""));
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(port.sent[0]->request()->body.text(), "{\"FdsLimit\":500}");
  port.executor().advance(2h);
  EXPECT_EQ(port.sent.size(), 1u);
  manager.stop();
}

}  // namespace
}  // namespace kinode::fd_manager
