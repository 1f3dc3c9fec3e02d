#include "modules/terminal/text.h"

#include <gtest/gtest.h>

namespace kinode::terminal {
namespace {

constexpr std::string_view kFamily = "\U0001F468\u200D\U0001F469\u200D\U0001F467";

TEST(Graphemes, OfAsciiAreItsBytes) {
  const auto all = graphemes("abc");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].offset, 2u);
  EXPECT_EQ(all[2].column, 2u);
  EXPECT_EQ(all[2].columns, 1u);
}

TEST(Graphemes, AreWhatAPersonTakesForOneCharacter) {
  EXPECT_EQ(graphemes("e\u0301").size(), 1u);               // a letter and its accent
  EXPECT_EQ(graphemes(kFamily).size(), 1u);                 // joined emoji
  EXPECT_EQ(graphemes("\U0001F1E9\U0001F1EA").size(), 1u);  // a flag
  EXPECT_EQ(graphemes("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7").size(), 2u);
  EXPECT_EQ(graphemes("\U0001F44D\U0001F3FD").size(), 1u);  // a skin tone
  EXPECT_EQ(graphemes("\u1112\u1161\u11ab").size(), 1u);    // Hangul letters of one syllable
}

TEST(Graphemes, FillTheColumnsThatTerminalsGiveThem) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("\u65e5\u672c"), 4u);
  EXPECT_EQ(columns_of("e\u0301"), 1u);
  EXPECT_EQ(columns_of(kFamily), 2u);
  EXPECT_EQ(columns_of("\U0001F1E9\U0001F1EA"), 2u);
  EXPECT_EQ(columns_of("\u2764\ufe0f"), 2u);
}

TEST(Graphemes, MalformedBytesStandAlone) {
  const auto all = graphemes("a\xff\u0301");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1].columns, 1u);
}

TEST(HeadOf, NeverCutsACharacter) {
  EXPECT_EQ(head_of("abc", 2), "ab");
  EXPECT_EQ(head_of("a\u65e5", 2), "a");
  EXPECT_EQ(head_of("a\u65e5", 3), "a\u65e5");
  EXPECT_EQ(head_of("abc", 0), "");
  EXPECT_EQ(head_bytes("a\u65e5", 3), "a");
  EXPECT_EQ(head_bytes("a\u65e5", 4), "a\u65e5");
  EXPECT_EQ(head_bytes("\x80\x80\x80\x80\x80\x80", 5).size(), 2u);
}

TEST(TypedText, LosesWhatCannotStandInALine) {
  EXPECT_EQ(typed_text("a\tb\r\nc\x1b[31m\x7f"), "abc[31m");
  EXPECT_EQ(typed_text("a\u0085b\u2028c\u2029d"), "abcd");
  EXPECT_EQ(typed_text("a\xff\xc0\x80z"), "az");
}

TEST(TypedText, LosesWhatWouldShowTheLineInAnotherOrder) {
  EXPECT_EQ(typed_text("rm \u202e"
                       "fdp.exe\u202c\u2066x\u2069"),
            "rm fdp.exex");
  EXPECT_EQ(typed_text(kFamily), kFamily);
}

TEST(SafeText, MakesControlCharactersVisible) {
  EXPECT_EQ(safe_text("a\x1b]0;title\x07"
                      "b",
                      Colours::kKeep),
            "a\\x1b]0;title\\x07b");
  EXPECT_EQ(safe_text("\x1b[2J\x1b[H", Colours::kKeep), "\\x1b[2J\\x1b[H");
  EXPECT_EQ(safe_text("\x1b[", Colours::kKeep), "\\x1b[");
  EXPECT_EQ(safe_text("one\ntwo", Colours::kKeep), "one\ntwo");
}

TEST(SafeText, KeepsOrDropsColours) {
  const std::string red = "\x1b[38;5;196mended\x1b[0m\n\x1b[K";
  EXPECT_EQ(safe_text(red, Colours::kKeep), "\x1b[38;5;196mended\x1b[0m\n\\x1b[K");
  EXPECT_EQ(safe_text(red, Colours::kDrop), "ended\n\\x1b[K");
}

TEST(LinesOf, AreWhatNewlinesSeparate) {
  EXPECT_EQ(lines_of("").size(), 1u);
  EXPECT_EQ(lines_of("\n").size(), 1u);
  EXPECT_EQ(lines_of("a\nb\n").size(), 2u);
  EXPECT_EQ(lines_of("a\n\nb").size(), 3u);
}

}  // namespace
}  // namespace kinode::terminal
