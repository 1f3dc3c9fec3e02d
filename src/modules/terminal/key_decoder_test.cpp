#include "modules/terminal/key_decoder.h"

#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::terminal {
namespace {

std::vector<Key> decode(std::string_view bytes) {
  KeyDecoder decoder;
  std::vector<Key> out;
  decoder.feed(bytes, out);
  return out;
}

std::vector<KeyKind> kinds(std::string_view bytes) {
  std::vector<KeyKind> out;
  for (const Key& key : decode(bytes)) out.push_back(key.kind);
  return out;
}

Key text(std::string_view t) { return {KeyKind::kText, std::string(t)}; }
Key control(char letter) { return {KeyKind::kControl, {}, letter}; }

TEST(KeyDecoder, ReadsTypedText) {
  EXPECT_EQ(decode("hello"), std::vector{text("hello")});
  EXPECT_EQ(decode("\u00e9\u65e5\U0001F600"), std::vector{text("\u00e9\u65e5\U0001F600")});
}

TEST(KeyDecoder, ReadsControlKeys) {
  EXPECT_EQ(decode("\x03\x16\x17"), (std::vector{control('C'), control('V'), control('W')}));
  EXPECT_EQ(decode("\n"), std::vector{control('J')});
  EXPECT_EQ(kinds("\r\x7f\x08"),
            (std::vector{KeyKind::kEnter, KeyKind::kBackspace, KeyKind::kBackspace}));
}

TEST(KeyDecoder, ReadsArrowsAndTheirRelativesInEveryDialect) {
  for (const auto* up : {"\x1b[A", "\x1bOA", "\x1b[1;5A", "\x1b[1;1:1A"}) {
    EXPECT_EQ(kinds(up), std::vector{KeyKind::kUp}) << up + 1;
  }
  EXPECT_EQ(kinds("\x1b[B\x1b[C\x1b[D"),
            (std::vector{KeyKind::kDown, KeyKind::kRight, KeyKind::kLeft}));
  EXPECT_EQ(kinds("\x1b[H\x1bOH\x1b[1~\x1b[7~"), std::vector(4, KeyKind::kHome));
  EXPECT_EQ(kinds("\x1b[F\x1bOF\x1b[4~\x1b[8~"), std::vector(4, KeyKind::kEnd));
  EXPECT_EQ(kinds("\x1b[3~"), std::vector{KeyKind::kDelete});
  EXPECT_EQ(kinds("\x1bOM"), std::vector{KeyKind::kEnter});
}

TEST(KeyDecoder, ReadsKeyboardsThatTellEveryKeyByNumber) {
  EXPECT_EQ(decode("\x1b[99;5u"), std::vector{control('C')});
  EXPECT_EQ(decode("\x1b[27;5;118~"), std::vector{control('V')});
  EXPECT_EQ(decode("\x1b[97u"), std::vector{text("a")});
  EXPECT_EQ(kinds("\x1b[13u\x1b[127u"), (std::vector{KeyKind::kEnter, KeyKind::kBackspace}));
}

TEST(KeyDecoder, IgnoresKeysThatAreLetGo) {
  EXPECT_TRUE(decode("\x1b[97;1:3u\x1b[1;1:3A\x1b[99;5:3u").empty());
}

TEST(KeyDecoder, IgnoresWhatIsNoKeyOfOurs) {
  EXPECT_TRUE(decode("\x1b[5~\x1b[15~\x1bx\x1bOP\x1b[[A\x1b[I\x1b[?1;2c").empty());
  EXPECT_TRUE(decode("\x1b]11;rgb:0/0/0\x07\x1bP1$r0m\x1b\\").empty());
  EXPECT_EQ(decode("\x1b]11;rgb\x1b\\ab"), std::vector{text("ab")});
}

TEST(KeyDecoder, ReadsAKeyWhoseBytesComeOneByOne) {
  KeyDecoder decoder;
  std::vector<Key> out;
  for (const char c : std::string_view("\x1b[1;5D\u65e5")) decoder.feed({&c, 1}, out);
  EXPECT_EQ(out, (std::vector{Key{KeyKind::kLeft}, text("\u65e5")}));
}

TEST(KeyDecoder, WaitsForTheRestOfAKeyAndThenGoesOnWithoutIt) {
  KeyDecoder decoder;
  std::vector<Key> out;
  EXPECT_FALSE(decoder.patience());
  decoder.feed("\x1b", out);
  EXPECT_TRUE(decoder.patience());
  decoder.pause(out);
  decoder.feed("a", out);
  EXPECT_EQ(out, std::vector{text("a")});
  EXPECT_FALSE(decoder.patience());
}

TEST(KeyDecoder, TakesAPasteAsAWhole) {
  const auto keys = decode("x\x1b[200~two\rlines\n\x03\x1b[201~y");
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[1], (Key{KeyKind::kPaste, "two\rlines\n\x03"}));
  EXPECT_EQ(keys[2], text("y"));
}

TEST(KeyDecoder, FindsTheEndOfAPasteWhateverIsInIt) {
  const auto keys = decode("\x1b[200~a\x1b[20\x1b\x1b[201~b");
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].text, "a\x1b[20\x1b");
  EXPECT_EQ(keys[1], text("b"));
}

TEST(KeyDecoder, APasteThatNeverEndsEndsWithThePatience) {
  KeyDecoder decoder;
  std::vector<Key> out;
  decoder.feed("\x1b[200~abc", out);
  EXPECT_TRUE(out.empty());
  EXPECT_GE(*decoder.patience(), std::chrono::seconds(1));
  decoder.pause(out);
  decoder.feed("\x03", out);
  EXPECT_EQ(out, (std::vector{Key{KeyKind::kPaste, "abc"}, control('C')}));
}

TEST(KeyDecoder, APasteIsBounded) {
  std::string bytes = "\x1b[200~";
  bytes.append(10 * limits::kTerminalLineBytesMax, 'a');
  bytes += "\x1b[201~b";
  const auto keys = decode(bytes);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[0].text.size(), limits::kTerminalLineBytesMax);
}

TEST(KeyDecoder, AnEndlessSequenceIsSwallowedToItsEnd) {
  EXPECT_EQ(decode("\x1b[" + std::string(100'000, '1') + "Aa"), std::vector{text("a")});
}

TEST(KeyDecoder, InterruptWorksInTheMidstOfASequence) {
  for (const std::string begun : {"\x1b", "\x1b[", "\x1b[12;", "\x1bO", "\x1b]0;t", "\x1bPx"}) {
    EXPECT_EQ(decode(begun + "\x03"), std::vector{control('C')}) << begun.substr(1);
  }
}

TEST(KeyDecoder, MalformedTextIsLeftOut) {
  EXPECT_EQ(decode("a\xff\xc0\x80\xed\xa0\x80z"), std::vector{text("az")});
  EXPECT_EQ(decode("\xe6\x97"
                   "a"),
            std::vector{text("a")});
  EXPECT_EQ(decode("\xe6\x97\x03"), std::vector{control('C')});
}

}  // namespace
}  // namespace kinode::terminal
