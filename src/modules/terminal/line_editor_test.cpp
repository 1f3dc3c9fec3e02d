#include "modules/terminal/line_editor.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

LineEditor with(std::string_view text) {
  LineEditor line;
  line.set(text);
  return line;
}

TEST(LineEditor, InsertsAtTheCursor) {
  LineEditor line;
  line.insert("ac");
  line.left();
  line.insert("b");
  EXPECT_EQ(line.text(), "abc");
  EXPECT_EQ(line.cursor(), 2u);
}

TEST(LineEditor, MovesAndDeletesByCharactersThatAPersonSees) {
  LineEditor line = with("a\U0001F468\u200D\U0001F469\u200D\U0001F467\u00e9");
  line.left();
  line.backspace();
  EXPECT_EQ(line.text(), "a\u00e9");
  line.erase();
  EXPECT_EQ(line.text(), "a");
}

TEST(LineEditor, AnAccentJoinsTheLetterBeforeTheCursor) {
  LineEditor line = with("ab");
  line.left();
  line.insert("\u0301");
  EXPECT_EQ(line.cursor(), 1u);
  line.backspace();
  EXPECT_EQ(line.text(), "b");
}

TEST(LineEditor, StaysWithinTheLine) {
  LineEditor line;
  line.left();
  line.backspace();
  line.erase();
  line.right();
  EXPECT_EQ(line.text(), "");
  line.set("ab");
  line.right();
  line.erase();
  EXPECT_EQ(line.text(), "ab");
  line.home();
  line.backspace();
  EXPECT_EQ(line.text(), "ab");
}

TEST(LineEditor, APasteLosesItsLineEnds) {
  LineEditor line;
  line.insert("rm -rf\r\n/\x1b[A");
  EXPECT_EQ(line.text(), "rm -rf/[A");
}

TEST(LineEditor, RefusesWhatWouldMakeTheLineTooLong) {
  LineEditor line = with(std::string(limits::kTerminalLineBytesMax, 'a'));
  EXPECT_FALSE(line.insert("b"));
  EXPECT_EQ(line.text().size(), limits::kTerminalLineBytesMax);
  line.set(std::string(limits::kTerminalLineBytesMax + 1, 'a'));
  EXPECT_EQ(line.text().size(), limits::kTerminalLineBytesMax);
}

TEST(LineView, OfAShortLineIsTheLine) {
  LineEditor line = with("abc");
  EXPECT_EQ(line.view(10).text, "abc");
  EXPECT_EQ(line.view(10).cursor_column, 3u);
  EXPECT_EQ(line.view(3).text, "abc");
}

TEST(LineView, AfterRecallShowsTheEnd) {
  LineEditor line = with("0123456789");
  EXPECT_EQ(line.view(4).text, "6789");
  EXPECT_EQ(line.view(4).cursor_column, 4u);
}

TEST(LineView, ScrollsWithTheCursor) {
  LineEditor line = with("0123456789");
  EXPECT_EQ(line.view(4).text, "6789");
  for (int i = 0; i < 4; ++i) line.left();
  EXPECT_EQ(line.view(4).text, "6789");  // the cursor moves within what is shown
  EXPECT_EQ(line.view(4).cursor_column, 0u);
  line.left();
  EXPECT_EQ(line.view(4).text, "5678");
  line.home();
  EXPECT_EQ(line.view(4).text, "0123");
  for (int i = 0; i < 4; ++i) line.right();
  EXPECT_EQ(line.view(4).text, "0123");  // within the first screenful the head is shown
  line.right();
  EXPECT_EQ(line.view(4).text, "1234");
}

TEST(LineView, NeverCutsAWideCharacter) {
  LineEditor line = with("\u65e5\u672c\u8a9e");
  EXPECT_EQ(line.view(5).text, "\u672c\u8a9e");
  EXPECT_EQ(line.view(5).cursor_column, 4u);
  line.home();
  EXPECT_EQ(line.view(3).text, "\u65e5");
}

TEST(LineView, OfNoColumnsIsNothing) {
  LineEditor line = with("\u65e5\u672c");
  EXPECT_EQ(line.view(0).text, "");
  EXPECT_EQ(line.view(0).cursor_column, 0u);
  EXPECT_EQ(line.view(1).text, "");
  EXPECT_EQ(line.view(1).cursor_column, 0u);
}

}  // namespace
}  // namespace kinode::terminal
