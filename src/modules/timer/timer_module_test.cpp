// The timer: when it answers, whom, and how often (kernel.md 7).
#include "modules/timer/timer_module.h"

#include <../tests/support/fake_port.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::timer {
namespace {

using namespace std::chrono_literals;

class Timer : public testing::Test {
 protected:
  Timer() { EXPECT_TRUE(timer.start(port)); }
  ~Timer() override { timer.stop(); }

  static std::shared_ptr<msg::Envelope> ask(std::string_view body,
                                            std::string_view source = "a.os@p:k:sys") {
    return support::request(source, "a.os@timer:distro:sys", body);
  }

  support::FakePort port;
  TimerModule timer;
};

TEST_F(Timer, IsPublic) {
  EXPECT_EQ(timer.info().id.text(), "timer:distro:sys");
  EXPECT_TRUE(timer.info().is_public);
}

TEST_F(Timer, AnswersOnceWhenTheTimeHasPassedAndNotBefore) {
  timer.handle(ask(R"({"SetTimer":1000})"));
  EXPECT_TRUE(port.has_printed(3, "set timer to pop in 1000ms"));
  port.executor().advance(999ms);
  EXPECT_TRUE(port.sent.empty());
  port.executor().advance(2ms);
  EXPECT_EQ(port.sent.size(), 1u);
  port.executor().advance(1h);
  EXPECT_EQ(port.sent.size(), 1u);
}

TEST_F(Timer, TheAnswerIsEmptyAndCarriesTheRequestsId) {
  timer.handle(ask(R"({"SetTimer":1})"));
  port.executor().advance(10ms);
  ASSERT_EQ(port.sent.size(), 1u);
  const msg::Envelope& answer = *port.sent[0];
  EXPECT_EQ(answer.id, 7u);
  EXPECT_EQ(answer.source->text(), "a.os@timer:distro:sys");
  EXPECT_EQ(answer.target->text(), "a.os@p:k:sys");
  ASSERT_NE(answer.response(), nullptr);
  EXPECT_TRUE(answer.response()->body.empty());
  EXPECT_EQ(answer.response()->metadata, std::nullopt);
  EXPECT_EQ(answer.blob, nullptr);
}

TEST_F(Timer, TheAnswerGoesWhereTheRequestSays) {
  auto request = ask(R"({"SetTimer":1})");
  request->rsvp = msg::share(msg::Address::parse("a.os@other:k:sys").value());
  timer.handle(request);
  port.executor().advance(10ms);
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(port.sent[0]->target->text(), "a.os@other:k:sys");
}

TEST_F(Timer, AnswersAlsoWhoDoesNotExpectIt) {
  msg::Request body;
  body.body = Bytes::copy(R"({"SetTimer":1})");
  timer.handle(support::envelope("a.os@p:k:sys", "a.os@timer:distro:sys", body));
  port.executor().advance(10ms);
  EXPECT_EQ(port.sent.size(), 1u);
}

TEST_F(Timer, OfZeroAnswersAtOnce) {
  timer.handle(ask(R"({"SetTimer":0})"));
  EXPECT_EQ(port.sent.size(), 1u);
}

TEST_F(Timer, AnswersInTheOrderOfTheTimes) {
  for (const std::uint64_t millis : {30, 10, 20}) {
    auto request = ask("{\"SetTimer\":" + std::to_string(millis) + "}");
    request->id = millis;
    timer.handle(request);
  }
  port.executor().advance(1s);
  std::vector<std::uint64_t> ids;
  ids.reserve(port.sent.size());
  for (const auto& answer : port.sent) ids.push_back(answer->id);
  EXPECT_EQ(ids, (std::vector<std::uint64_t>{10, 20, 30}));
}

TEST_F(Timer, OfTheLargestNumberIsFarAwayAndHarmless) {
  timer.handle(ask(R"({"SetTimer":18446744073709551615})"));
  port.executor().advance(24h);
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, ABodyThatItCannotReadIsPrintedAndNotAnswered) {
  for (const std::string_view body :
       {"", "{", "\"SetTimer\"", R"({"SetTimer":-1})", R"({"SetTimer":1.5})", R"({"Other":1})"}) {
    port.printed.clear();
    timer.handle(ask(body));
    EXPECT_TRUE(port.has_printed(1, "timer service received a request with an invalid body"))
        << body;
  }
  port.executor().advance(1h);
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, IgnoresOtherNodes) {
  timer.handle(ask(R"({"SetTimer":0})", "b.os@p:k:sys"));
  timer.handle(ask(R"({"SetTimer":1})", "our@p:k:sys"));  // the kernel never stamps this
  port.executor().advance(1s);
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, IgnoresWhatIsNoRequest) {
  timer.handle(support::envelope("a.os@p:k:sys", "a.os@timer:distro:sys", msg::Response{}));
  timer.handle(support::envelope("a.os@p:k:sys", "a.os@timer:distro:sys", msg::SendError{}));
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, ListsWhatIsActive) {
  timer.handle(ask("\"Debug\""));
  EXPECT_TRUE(port.has_printed(0, "timer service active timers (0):"));
  timer.handle(ask(R"({"SetTimer":1000})"));
  timer.handle(ask(R"({"SetTimer":2000})"));
  timer.handle(ask("\"Debug\""));
  EXPECT_TRUE(port.has_printed(0, "timer service active timers (2):\n"));
  EXPECT_EQ(std::ranges::count(port.printed.back().content, '\n'), 2);
  port.executor().advance(1500ms);
  timer.handle(ask("\"Debug\""));
  EXPECT_TRUE(port.has_printed(0, "timer service active timers (1):\n"));
}

TEST_F(Timer, Fault28_TimersOfOneProcessAreBounded) {
  for (std::size_t i = 0; i < limits::kTimersPerProcessMax; ++i) {
    timer.handle(ask(R"({"SetTimer":1000})"));
  }
  EXPECT_TRUE(port.sent.empty());
  timer.handle(ask(R"({"SetTimer":1000})"));
  EXPECT_EQ(port.sent.size(), 1u);
  EXPECT_TRUE(port.has_printed(0, "p:k:sys has 10000 timers already; this one popped at once"));
}

TEST_F(Timer, Fault28_OneProcessAtItsBoundDoesNotDisturbAnother) {
  for (std::size_t i = 0; i < limits::kTimersPerProcessMax; ++i) {
    timer.handle(ask(R"({"SetTimer":1000})"));
  }
  timer.handle(ask(R"({"SetTimer":1000})", "a.os@q:k:sys"));
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, Fault28_PoppedTimersCountNoMore) {
  for (std::size_t i = 0; i < limits::kTimersPerProcessMax; ++i) {
    timer.handle(ask(R"({"SetTimer":1000})"));
  }
  port.executor().advance(2s);
  EXPECT_EQ(port.sent.size(), limits::kTimersPerProcessMax);
  timer.handle(ask(R"({"SetTimer":1000})"));
  EXPECT_EQ(port.sent.size(), limits::kTimersPerProcessMax);
}

TEST_F(Timer, HasAsManyForAProcessAsItsBudgetSays) {
  TimerModule strict([](const msg::ProcessId& id) { return id.process == "p" ? 2u : 0u; });
  ASSERT_TRUE(strict.start(port));
  for (int i = 0; i < 2; ++i) strict.handle(ask(R"({"SetTimer":1000})"));
  EXPECT_TRUE(port.sent.empty());
  strict.handle(ask(R"({"SetTimer":1000})"));
  EXPECT_TRUE(port.has_printed(0, "p:k:sys has 2 timers already; this one popped at once"));
  strict.handle(ask(R"({"SetTimer":1000})", "a.os@q:k:sys"));
  EXPECT_TRUE(port.has_printed(0, "q:k:sys has 0 timers already; this one popped at once"));
  strict.stop();
}

TEST_F(Timer, Fault28_TimersDieWithTheirProcess) {
  timer.handle(ask(R"({"SetTimer":1000})"));
  timer.handle(ask(R"({"SetTimer":1000})", "a.os@q:k:sys"));
  timer.process_ended(msg::ProcessId::parse("p:k:sys").value());
  timer.handle(ask("\"Debug\""));
  EXPECT_TRUE(port.has_printed(0, "timer service active timers (1):"));
  port.executor().advance(2s);
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(port.sent[0]->target->text(), "a.os@q:k:sys");
}

TEST_F(Timer, Fault28_ATimerThatIsSetAfterTheEndOfItsProcessIsNotKept) {
  port.dead.insert(msg::ProcessId::parse("p:k:sys").value());
  timer.handle(ask(R"({"SetTimer":1000})"));
  timer.handle(ask("\"Debug\""));
  EXPECT_TRUE(port.has_printed(0, "timer service active timers (0):"));
}

TEST_F(Timer, KeepsNothingOfTheRequestButWhomToAnswer) {
  auto request = ask(R"({"SetTimer":1000})");
  const auto blob = std::make_shared<msg::Blob>();
  request->blob = blob;
  timer.handle(std::move(request));
  EXPECT_EQ(blob.use_count(), 1);
}

TEST_F(Timer, SetsNothingMoreWhenItHasStopped) {
  timer.stop();
  timer.handle(ask(R"({"SetTimer":1})"));
  port.executor().advance(1s);
  EXPECT_TRUE(port.sent.empty());
}

TEST_F(Timer, ThatPopsAfterTheModuleHasGoneHarmsNobody) {
  {
    TimerModule short_lived;
    ASSERT_TRUE(short_lived.start(port));
    short_lived.handle(ask(R"({"SetTimer":10})"));
    short_lived.stop();
  }
  port.executor().advance(1s);
  EXPECT_LE(port.sent.size(), 1u);
}

}  // namespace
}  // namespace kinode::timer
