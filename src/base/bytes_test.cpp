#include "base/bytes.h"

#include <gmock/gmock.h>

namespace kinode {
namespace {

using testing::HasSubstr;

TEST(Bytes, CopyOwnsItsOwnBytes) {
  ByteVector source{1, 2, 3};
  const Bytes bytes = Bytes::copy(source);
  source[0] = 9;
  EXPECT_EQ(bytes, Bytes::copy(ByteVector{1, 2, 3}));
}

TEST(Bytes, AdoptTakesOverWithoutCopying) {
  ByteVector source{1, 2, 3};
  const std::uint8_t* data = source.data();
  const Bytes bytes = Bytes::adopt(std::move(source));
  EXPECT_EQ(bytes.data(), data);
}

TEST(Bytes, CopiesShareTheSameBuffer) {
  Bytes last;
  {
    const Bytes first = Bytes::copy("shared");
    last = first;
    EXPECT_EQ(first.data(), last.data());
  }
  EXPECT_EQ(last.text(), "shared");  // and keep it alive
}

TEST(Bytes, EmptyIsEmptyHoweverItWasMade) {
  EXPECT_EQ(Bytes(), Bytes::copy(ByteView()));
  EXPECT_EQ(Bytes(), Bytes::adopt({}));
  EXPECT_TRUE(Bytes().empty());
  EXPECT_EQ(Bytes().text(), "");
}

TEST(Bytes, EqualityLooksAtContent) {
  EXPECT_EQ(Bytes::copy("ab"), Bytes::copy("ab"));
  EXPECT_NE(Bytes::copy("ab"), Bytes::copy("ac"));
  EXPECT_NE(Bytes::copy("ab"), Bytes::copy("abc"));
}

TEST(Hex, EveryByteComesBack) {
  ByteVector all(256);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(hex_decode(hex_encode(all)).value(), all);
  EXPECT_EQ(hex_encode(ByteVector{0x00, 0x0a, 0xff}), "000aff");
  EXPECT_EQ(hex_decode("0aFf").value(), (ByteVector{0x0a, 0xff}));
  EXPECT_EQ(hex_decode("").value(), ByteVector{});
}

TEST(Hex, OnlyPairsOfDigitsAreAccepted) {
  EXPECT_THAT(hex_decode("abc").error().detail, HasSubstr("even number of digits"));
  for (const std::string_view text : {"0x00", "zz", "a ", "g0", "0g", "\xff\xff"}) {
    EXPECT_FALSE(hex_decode(text)) << text;
  }
}

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), coded);
    EXPECT_EQ(as_text(base64_decode(coded).value()), plain);
  }
}

TEST(Base64, EveryByteComesBackAtEveryLength) {
  ByteVector bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 7 + 128));
  }
}

TEST(Base64, NothingElseIsTolerated) {
  for (const std::string_view text :
       {"Zg", "Zg=", "Z===", "====", "=", "Zg==Zg==", "Zm9v\n", "Zm 9", "Zm9_", "Zm9-",
        "Zh==", "Zm9=", "\xff\xff\xff\xff", "Z=g="}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Utf8, WellFormedTextIsRecognised) {
  for (const std::string_view text :
       {"", "ascii", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(as_bytes(text))) << text;
  }
  EXPECT_TRUE(is_utf8(as_bytes(std::string_view("\0", 1))));
}

TEST(Utf8, MalformedTextIsRecognised) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\xc0", "\xe0\x9f\xbf", "\xe1\x80",
        "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "\xe2\x28\xa1", "a\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(as_bytes(text))) << hex_encode(as_bytes(text));
  }
}

/// The rules of RFC 3629 by arithmetic instead of by ranges.
bool is_utf8_by_value(ByteView bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const unsigned b = bytes[i++];
    const int more = b < 0x80 ? 0 : b >> 5 == 6 ? 1 : b >> 4 == 14 ? 2 : b >> 3 == 30 ? 3 : -1;
    if (more < 0 || bytes.size() - i < static_cast<std::size_t>(more)) return false;
    unsigned value = more == 0 ? b : b & (0x3fu >> more);
    for (int k = 0; k < more; ++k, ++i) {
      if (bytes[i] >> 6 != 2) return false;
      value = value << 6 | (bytes[i] & 0x3fu);
    }
    static constexpr unsigned kLeast[] = {0, 0x80, 0x800, 0x10000};
    if (value < kLeast[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
      return false;
    }
  }
  return true;
}

TEST(Utf8, AgreesWithArithmeticOnEveryShortSequence) {
  for (unsigned n = 0; n < 1u << 16; ++n) {
    const std::uint8_t two[] = {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
    ASSERT_EQ(is_utf8(two), is_utf8_by_value(two)) << n;
    const std::uint8_t four[] = {static_cast<std::uint8_t>(0xf0 | n >> 13),
                                 static_cast<std::uint8_t>(n >> 5), 0x80,
                                 static_cast<std::uint8_t>(0x70 | (n & 0xff))};
    ASSERT_EQ(is_utf8(four), is_utf8_by_value(four)) << n;
    const std::uint8_t three[] = {static_cast<std::uint8_t>(0xe0 | n >> 12),
                                  static_cast<std::uint8_t>(n >> 4),
                                  static_cast<std::uint8_t>(0x78 | (n & 0x8f))};
    ASSERT_EQ(is_utf8(three), is_utf8_by_value(three)) << n;
  }
}

TEST(ByteRoom, BecomesBytesInPlace) {
  auto room = ByteRoom::of(5);
  ASSERT_TRUE(room);
  std::memcpy(room->data(), "hello", 5);
  const std::uint8_t* place = room->data();
  const Bytes bytes = std::move(*room).take(4);
  EXPECT_EQ(bytes.text(), "hell");
  EXPECT_EQ(bytes.data(), place);
}

TEST(ByteRoom, MoreThanTheSystemHasIsNothing) {
  EXPECT_TRUE(ByteRoom::of(0));
  EXPECT_TRUE(std::move(*ByteRoom::of(9)).take(0).empty());
}

TEST(Printable, OrdinaryTextStays) {
  EXPECT_EQ(printable("a\tb\nc \xc3\xa9 \xf0\x9f\x98\x80 ~"),
            "a\tb\nc \xc3\xa9 \xf0\x9f\x98\x80 ~");
}

TEST(Printable, ControlCharactersBecomeVisible) {
  EXPECT_EQ(printable("\x1b[2J\r\x7f"), "\\x1b[2J\\x0d\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\u009b31m");
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, MalformedBytesAreReplacedOneByOne) {
  EXPECT_EQ(printable("a\xff\xfe"
                      "b"),
            "a\xef\xbf\xbd\xef\xbf\xbd"
            "b");
  EXPECT_TRUE(is_utf8(as_bytes(printable("\xe2\x82"))));
}

}  // namespace
}  // namespace kinode
