// The process-verbosity screen (kernel.md 9.3), and terminals of every size.
#include "modules/terminal/session_fixture_test.h"

namespace kinode::terminal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class VerbositySession : public SessionTest {
 protected:
  VerbositySession() : SessionTest({80, 16}) { type("half a line\x17"); }
};

TEST_F(VerbositySession, IsAScreenOfItsOwn) {
  EXPECT_TRUE(screen.alternate);
  EXPECT_FALSE(screen.cursor_shown);
  EXPECT_EQ(screen.row(0), "=== Process Verbosity Mode ===");
  EXPECT_EQ(screen.style_of("=== Process"), "32");
  EXPECT_EQ(screen.row(1), "Overall verbosity: off");
  EXPECT_THAT(screen.all(), HasSubstr("(none set)"));
  EXPECT_EQ(screen.bottom(), ">");
}

TEST_F(VerbositySession, SetsAndRemoves) {
  type("p:chess:sys 2\rq:chess:sys mute\r");
  EXPECT_THAT(screen.all(), HasSubstr("p:chess:sys: 2\nq:chess:sys: muted\n"));
  type("p:chess:sys\r");
  EXPECT_THAT(screen.all(), Not(HasSubstr("p:chess:sys")));
  type("nonsense\rp:chess:sys 256\r");
  EXPECT_THAT(screen.all(), Not(HasSubstr("p:chess:sys")));
  EXPECT_EQ(screen.bottom(), ">");
  EXPECT_TRUE(host.events.empty());
}

TEST_F(VerbositySession, ThreeSwitchesTheEventsOfTheProcess) {
  type("p:chess:sys 3\rp:chess:sys 3\rp:chess:sys 4\r");
  type("p:chess:sys 3\rp:chess:sys m\r");
  type("p:chess:sys 3\rp:chess:sys\r");
  EXPECT_THAT(host.events, ElementsAre("p:chess:sys on", "p:chess:sys off", "p:chess:sys on",
                                       "p:chess:sys off", "p:chess:sys on", "p:chess:sys off"));
}

TEST_F(VerbositySession, DecidesWhatIsShown) {
  type("p:chess:sys 2\rq:chess:sys m\r\x17");
  print("seen", 2);
  print("too much", 3);
  print("muted", 0, "q:chess:sys");
  print("other", 1, "r:chess:sys");
  EXPECT_THAT(screen.all(), HasSubstr("seen"));
  for (const auto* part : {"too much", "muted", "other"}) {
    EXPECT_THAT(screen.all(), Not(HasSubstr(part)));
  }
}

TEST_F(VerbositySession, IgnoresTheKeysOfTheOtherScreen) {
  for (const auto* key : {"\x16", "\n", "\x13", "\x0c", "\x10", "\x0e", "\x12", kUp, kDown}) {
    type(key);
  }
  EXPECT_TRUE(host.events.empty());
  EXPECT_TRUE(host.logging);
  EXPECT_TRUE(screen.alternate);
  EXPECT_EQ(screen.row(1), "Overall verbosity: off");
  EXPECT_EQ(screen.bells, 0u);
}

TEST_F(VerbositySession, EditsItsOwnLine) {
  type(
      "xp:chess:sys 1\x01\x1b[3~\x05\x7f"
      "2");
  EXPECT_EQ(screen.bottom(), "> p:chess:sys 2");
}

TEST_F(VerbositySession, ComesBackWithTheInterruptedLineAndWhatWasPrinted) {
  print("while it was open");
  EXPECT_THAT(screen.all(), Not(HasSubstr("while it was open")));
  type("\x17");
  EXPECT_FALSE(screen.alternate);
  EXPECT_TRUE(screen.cursor_shown);
  EXPECT_EQ(screen.bottom(), "a.os > half a line");
  EXPECT_EQ(above(), "Fri 14:05 while it was open");
  EXPECT_THAT(screen.all(), Not(HasSubstr("Dropped")));
}

TEST_F(VerbositySession, KeepsTheNewestPrintsAndCountsTheOthers) {
  for (int i = 0; i < 300; ++i) print("print " + std::to_string(i) + ".");
  type("\x17");
  EXPECT_THAT(screen.all(), HasSubstr("Dropped 44 prints while on alternate screen\n"
                                      "Fri 14:05 print 44.\n"));
  EXPECT_THAT(screen.all(), Not(HasSubstr("print 43.")));
  EXPECT_EQ(above(), "Fri 14:05 print 299.");
}

TEST_F(VerbositySession, CtrlCLeavesFromItToo) {
  type("\x03");
  EXPECT_EQ(host.left, 1);
  session.stop();
  draw();
  EXPECT_FALSE(screen.alternate);
  EXPECT_THAT(screen.all(), HasSubstr("exit code received"));
}

TEST_F(VerbositySession, ShowsAsManyAsFit) {
  for (int i = 0; i < 40; ++i) type("p" + std::to_string(i) + ":k:sys 1\r");
  EXPECT_EQ(screen.row(0), "=== Process Verbosity Mode ===");
  EXPECT_THAT(screen.all(), HasSubstr("(and 33 more)"));
  EXPECT_THAT(screen.all(), HasSubstr("press CTRL+W"));
}

TEST_F(SessionTest, TheScreenDoesNotOpenFromASearch) {
  type("\x12\x17");
  EXPECT_FALSE(screen.alternate);
  EXPECT_EQ(screen.bottom(), "a.os * : no results");
}

TEST_F(SessionTest, AResizeMovesTheInputLineToTheNewBottom) {
  type("typing");
  print("printed");
  resize({30, 4});
  EXPECT_EQ(screen.bottom(), "a.os > typing");
  EXPECT_EQ(above(), "Fri 14:05 printed");
  resize({60, 12});
  EXPECT_EQ(screen.bottom(), "a.os > typing");
  EXPECT_EQ(screen.all().find("typing"), screen.all().rfind("typing"));  // no copy stays behind
}

TEST_F(SessionTest, AResizeOfTheVerbosityScreenDrawsItAnew) {
  type("\x17");
  resize({20, 5});
  EXPECT_EQ(screen.row(0), "=== Process Verbosi");
  EXPECT_EQ(screen.bottom(), ">");
  resize({80, 24});
  EXPECT_EQ(screen.row(0), "=== Process Verbosity Mode ===");
}

TEST_F(SessionTest, ThePromptGivesWayInNarrowWindows) {
  type("abc");
  resize({12, 3});
  EXPECT_EQ(screen.bottom(), "> abc");
  resize({5, 3});
  EXPECT_EQ(screen.bottom(), "abc");
  resize({2, 1});
  EXPECT_EQ(screen.bottom(), "c");
}

class AnySize : public testing::TestWithParam<Size> {};

TEST_P(AnySize, EverythingWorks) {
  const Size size = GetParam();
  PrintQueue queue(VerbosityTable(0, {}));
  RecordingHost host(queue);
  const FixedZone zone(0);
  Session session("a.os", queue, host, zone);
  ScreenModel screen(size.columns == 0 ? Size{80, 24} : size);
  const auto draw = [&] {
    while (session.has_news()) screen.write(session.draw(size));
  };
  for (const auto* keys : {"abc",    "\u65e5\u672c", "\x1b[D\x1b[D\x1b[C",
                           "\x7f",   "\x1b[3~",      "\x01",
                           "\x05",   "x\r",          "\x1b[A",
                           "\x1b[B", "\x12",         "a",
                           "\x12",   "\x07",         "\x16",
                           "\n",     "\x13",         "\n",
                           "\x0c",   "\x17",         "p:k:sys 3\r",
                           "\u65e5", "\x17",         "\x1b[200~paste\x1b[201~",
                           "\r",     "\x03"}) {
    session.input(keys);
    draw();
    queue.push(msg::terminal_process(), {0, 0, "a print that is longer than a tiny window\nline"});
    draw();
  }
  EXPECT_EQ(host.left, 1);
  EXPECT_TRUE(screen.unknown.empty());
  EXPECT_FALSE(screen.alternate);
}

INSTANTIATE_TEST_SUITE_P(Sizes, AnySize,
                         testing::Values(Size{0, 0}, Size{1, 1}, Size{0, 1}, Size{1, 0}, Size{2, 1},
                                         Size{1, 2}, Size{3, 2}, Size{9, 3}, Size{80, 24},
                                         Size{500, 1}, Size{1, 500}, Size{65535, 65535}),
                         [](const auto& info) {
                           return std::to_string(info.param.columns) + "x" +
                                  std::to_string(info.param.rows);
                         });

TEST(AnySizeAtAnyTime, TheWindowChangesBetweenKeys) {
  PrintQueue queue(VerbosityTable(0, {}));
  RecordingHost host(queue);
  const FixedZone zone(0);
  Session session("a.os", queue, host, zone);
  ScreenModel screen({80, 24});
  for (std::size_t i = 0; i < 2000; ++i) {
    const Size size{i * 7 % 83, i * 5 % 29};
    screen.resize(size);
    session.input(i % 50 == 0   ? "\x17"
                  : i % 11 == 0 ? "\r"
                                : "\u65e5"
                                  "a");
    queue.push(msg::terminal_process(), {0, 0, "print " + std::to_string(i)});
    screen.write(session.draw(size));
  }
  EXPECT_TRUE(screen.unknown.empty());
}

TEST(UnknownSize, IsTakenAsEightyColumnsAndThePresentRow) {
  PrintQueue queue(VerbosityTable(0, {}));
  RecordingHost host(queue);
  const FixedZone zone(0);
  Session session("a.os", queue, host, zone);
  ScreenModel screen({100, 5});
  screen.write("$ kinode\r\n");
  screen.write(session.draw({}));
  session.input("typed");
  queue.push(msg::terminal_process(), {0, 0, "printed"});
  screen.write(session.draw({}));
  EXPECT_EQ(screen.row(0), "$ kinode");
  EXPECT_EQ(screen.row(1), "Thu 00:00 printed");
  EXPECT_EQ(screen.row(2), "a.os > typed");
}

}  // namespace
}  // namespace kinode::terminal
