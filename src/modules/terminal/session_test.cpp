// Every key of kernel.md 9.2, typed and read back from a screen.
#include "modules/terminal/session.h"

#include "modules/terminal/session_fixture_test.h"

namespace kinode::terminal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(SessionTest, ShowsThePromptOnTheBottomRow) {
  EXPECT_EQ(screen.bottom(), "a.os >");
  EXPECT_EQ(screen.cursor_row(), 7u);
  EXPECT_EQ(screen.cursor_column(), 7u);
}

TEST_F(SessionTest, EnterSubmitsEchoesAndClearsTheLine) {
  type("m our@p:k:sys '1'\r");
  EXPECT_THAT(host.submitted, ElementsAre("m our@p:k:sys '1'"));
  EXPECT_THAT(host.remembered, ElementsAre("m our@p:k:sys '1'"));
  EXPECT_EQ(above(), "a.os > m our@p:k:sys '1'");
  EXPECT_EQ(screen.bottom(), "a.os >");
}

TEST_F(SessionTest, EnterOnAnEmptyLineSendsNothing) {
  type("\r");
  EXPECT_TRUE(host.submitted.empty());
  EXPECT_EQ(above(), "a.os >");
}

TEST_F(SessionTest, CtrlCAndCtrlDLeave) {
  type("half a line\x03");
  EXPECT_EQ(host.left, 1);
  EXPECT_THAT(above(), HasSubstr("exit code received"));
  EXPECT_EQ(screen.bottom(), "a.os > half a line");
  type("\x04 and more\r");
  EXPECT_EQ(host.left, 1);
  EXPECT_TRUE(host.submitted.empty());
}

TEST_F(SessionTest, CtrlDAloneLeavesToo) {
  type("\x04");
  EXPECT_EQ(host.left, 1);
}

TEST_F(SessionTest, CtrlVCyclesVerbosityAndSwitchesEventPrinting) {
  for (const auto* name : {"debug", "super-debug", "full event loop", "off"}) {
    type("\x16");
    EXPECT_EQ(above(), std::string("Fri 14:05 verbose mode: ") + name);
  }
  EXPECT_THAT(host.events, ElementsAre("all on", "all off"));
}

class LoudSession : public SessionTest {
 protected:
  LoudSession() : SessionTest({60, 8}, 200) {}
};

TEST_F(LoudSession, Fault29_CtrlVFromAboveThreeGoesToOff) {
  type("\x16");
  EXPECT_EQ(above(), "Fri 14:05 verbose mode: off");
  EXPECT_TRUE(host.events.empty());
}

TEST_F(SessionTest, CtrlJAndCtrlSStep) {
  type("\x13");
  EXPECT_TRUE(host.events.empty());  // outside step mode
  type("\n");
  EXPECT_THAT(screen.all(), HasSubstr("debug mode on: use CTRL+S to step through events"));
  type("\x13\x13");
  type("\n");
  EXPECT_EQ(above(), "Fri 14:05 debug mode off");
  EXPECT_THAT(host.events, ElementsAre("step on", "step", "step", "step off"));
}

TEST_F(SessionTest, CtrlLTogglesLogging) {
  type("\x0c");
  EXPECT_EQ(above(), "Fri 14:05 logging mode: off");
  type("\x0c");
  EXPECT_EQ(above(), "Fri 14:05 logging mode: on");
}

TEST_F(SessionTest, UpAndDownWalkThroughHistory) {
  type("first\rsecond\runfinished");
  type(kUp);
  EXPECT_EQ(screen.bottom(), "a.os > second");
  type("\x10");  // Ctrl-P
  EXPECT_EQ(screen.bottom(), "a.os > first");
  EXPECT_EQ(screen.bells, 0u);
  type(kUp);
  EXPECT_EQ(screen.bells, 1u);
  EXPECT_EQ(screen.bottom(), "a.os > first");
  type("\x0e");  // Ctrl-N
  type(kDown);
  EXPECT_EQ(screen.bottom(), "a.os > unfinished");
  type(kDown);
  EXPECT_EQ(screen.bells, 2u);
}

TEST_F(SessionTest, CtrlAAndCtrlEGoToTheEnds) {
  type(
      "bc\x01"
      "a\x05"
      "d");
  EXPECT_EQ(screen.bottom(), "a.os > abcd");
  type("\x01");
  EXPECT_EQ(screen.cursor_column(), 7u);
  type("\x1b[F");
  EXPECT_EQ(screen.cursor_column(), 11u);
  type("\x1b[H");
  EXPECT_EQ(screen.cursor_column(), 7u);
}

TEST_F(SessionTest, ArrowsBackspaceAndDeleteEditWideCharacters) {
  type("a\u65e5\u672c");
  EXPECT_EQ(screen.cursor_column(), 12u);
  type(kLeft);
  EXPECT_EQ(screen.cursor_column(), 10u);
  type("\x7f");
  EXPECT_EQ(screen.bottom(), "a.os > a\u672c");
  EXPECT_EQ(screen.cursor_column(), 8u);
  type("\x1b[3~");
  EXPECT_EQ(screen.bottom(), "a.os > a");
  type(std::string(kLeft) + kRight + "b");
  EXPECT_EQ(screen.bottom(), "a.os > ab");
}

TEST_F(SessionTest, LongLinesScroll) {
  resize({40, 8});
  type("0123456789012345678901234567890123456789");
  EXPECT_EQ(screen.bottom(), "a.os > 89012345678901234567890123456789");
  EXPECT_EQ(screen.cursor_column(), 39u);
  type("\x01");
  EXPECT_EQ(screen.bottom(), "a.os > 01234567890123456789012345678901");
}

TEST_F(SessionTest, CtrlRSearches) {
  type("hi alice\rtop\rhi bob\r\x12");
  EXPECT_EQ(screen.bottom(), "a.os * : no results");
  type("hi");
  EXPECT_EQ(screen.bottom(), "a.os * hi bob");
  EXPECT_EQ(screen.underlined(), "hi");
  type("\x12");
  EXPECT_EQ(screen.bottom(), "a.os * hi alice");
  type("\x12\x12");
  EXPECT_EQ(screen.bottom(), "a.os * hi alice");  // the oldest stays
  type("\r");
  EXPECT_EQ(host.submitted.back(), "hi alice");
  EXPECT_EQ(screen.bottom(), "a.os >");
}

TEST_F(SessionTest, ASearchWithoutResultSaysSoAndSubmitsNothing) {
  type("top\r\x12zz");
  EXPECT_EQ(screen.bottom(), "a.os * zz: no results");
  type("\r");
  EXPECT_EQ(host.submitted.size(), 1u);
  EXPECT_EQ(screen.bells, 1u);
  type("\x7f\x7ft");
  EXPECT_EQ(screen.bottom(), "a.os * top");
}

TEST_F(SessionTest, CtrlGLeavesTheSearchWithTheLineAsItWas) {
  type("top\runfinished\x12to\x07");
  EXPECT_EQ(screen.bottom(), "a.os > unfinished");
}

TEST_F(SessionTest, AMatchFarToTheRightIsSeen) {
  type(std::string(60, 'x') + "needle and more\r\x12needle");
  EXPECT_EQ(screen.underlined(), "needle");
}

TEST_F(SessionTest, APasteComesIntoTheLineWithoutItsLineEnds) {
  type("\x1b[200~first\rsecond\n\x03third\x1b[201~");
  EXPECT_TRUE(host.submitted.empty());
  EXPECT_EQ(host.left, 0);
  EXPECT_EQ(screen.bottom(), "a.os > firstsecondthird");
}

TEST_F(SessionTest, APasteThatIsTooLongRingsAndChangesNothing) {
  type("a\x1b[200~" + std::string(100'000, 'b') + "\x1b[201~");
  EXPECT_EQ(screen.bells, 1u);
  EXPECT_EQ(screen.bottom(), "a.os > a");
  type("\x03");
  EXPECT_EQ(host.left, 1);
}

TEST_F(SessionTest, KeysThatMeanNothingChangeNothing) {
  type("ab\t\x1a\x1c\x1b[5~\x1bx\x1b[15~\x1b[1;1:3A");
  EXPECT_EQ(screen.bottom(), "a.os > ab");
  EXPECT_TRUE(screen.unknown.empty());
}

TEST_F(SessionTest, ALoneEscapeIsOverAfterAMoment) {
  type("\x1b");
  EXPECT_TRUE(session.input_patience());
  session.input_paused();
  type("a");
  EXPECT_EQ(screen.bottom(), "a.os > a");
}

TEST_F(SessionTest, PrintsComeAboveTheInputLine) {
  type("typing");
  print("chess:sys: game started");
  EXPECT_EQ(above(), "Fri 14:05 chess:sys: game started");
  EXPECT_EQ(screen.bottom(), "a.os > typing");
  EXPECT_EQ(screen.cursor_column(), 13u);
}

TEST_F(SessionTest, PrintsHaveTheColourOfTheirLevel) {
  for (int i = 0; i < 3; ++i) type("\x16");
  for (const auto& [level, colour] : {std::pair{0, ""}, {1, "32"}, {2, "35"}, {3, "31"}}) {
    print("level" + std::to_string(level), static_cast<std::uint8_t>(level));
    EXPECT_EQ(screen.style_of("level" + std::to_string(level)), colour);
  }
  EXPECT_EQ(screen.style_of("Fri"), "");
  EXPECT_EQ(screen.style_of("a.os >"), "");
}

TEST_F(SessionTest, PrintsOfSeveralLinesAreWhole) {
  print("one\ntwo\n");
  EXPECT_EQ(screen.row(5), "Fri 14:05 one");
  EXPECT_EQ(screen.row(6), "two");
}

TEST_F(SessionTest, PrintsCannotMoveTheCursorOrChangeTheTitle) {
  print("\x1b[2J\x1b[1;1Hgotcha\x1b]0;mine\x07\r");
  EXPECT_THAT(above(), HasSubstr("gotcha\\x1b]0;mine\\x07\\x0d"));
  EXPECT_TRUE(screen.unknown.empty());
  EXPECT_TRUE(screen.title.empty());
  EXPECT_EQ(screen.bells, 0u);
  EXPECT_EQ(screen.bottom(), "a.os >");
}

TEST_F(SessionTest, ColoursOfThePrintEndWithIt) {
  print("\x1b[38;5;196mprocess ended with error:\nno end of the colour");
  EXPECT_EQ(screen.style_of("a.os >"), "");
  print("next");
  EXPECT_EQ(screen.style_of("Fri 14:05 next"), "");
}

TEST_F(SessionTest, Fault23_KeysWorkUnderAPrintFlood) {
  for (int i = 0; i < 50'000; ++i) {
    queue.push(msg::terminal_process(), {RecordingHost::kFriday, 0, "flood"});
  }
  session.input(
      "\x16\x0c\n\n"
      "typed");
  draw();
  EXPECT_EQ(screen.bottom(), "a.os > typed");
  EXPECT_TRUE(screen.shows("verbose mode: debug"));
  EXPECT_TRUE(screen.shows("prints were dropped: printed faster than shown"));
}

TEST_F(SessionTest, ASlowTerminalIsShownTheNewestState) {
  for (int i = 0; i < 100; ++i) session.input("x\x7f");
  session.input("done");
  const std::string bytes = session.draw(window);
  EXPECT_LT(bytes.size(), 100u);
  screen.write(bytes);
  EXPECT_EQ(screen.bottom(), "a.os > done");
}

}  // namespace
}  // namespace kinode::terminal
