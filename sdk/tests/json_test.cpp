#include <gmock/gmock.h>
#include <kinode/json.h>
#include <kinode/testing.h>

using namespace kinode;
using testing::HasSubstr;

namespace {

struct Inner {
  int8_t small = 0;
  bool operator==(const Inner&) const = default;
};
KINODE_JSON(Inner, small)

struct Outer {
  std::string text;
  std::vector<Inner> inner;
  std::optional<uint64_t> maybe;
  std::map<std::string, bool> flags;
  double real = 0;
  bool public_ = false;
  bool operator==(const Outer&) const = default;
};
KINODE_JSON(Outer, text, inner, maybe, flags, real, public_)

struct Tree {
  std::vector<Tree> children;
};
KINODE_JSON(Tree, children)

template <class T>
std::string why_not(std::string_view text) {
  const auto value = from_json<T>(text);
  return value ? "it is" : value.error();
}

}  // namespace

TEST(Json, ReadsWhatItWrote) {
  const Outer value{"hé\"\n\x01", {{-128}, {127}}, UINT64_MAX, {{"a", true}, {"", false}}, 0.1,
                    true};
  const auto text = to_json(value);
  EXPECT_EQ(
      text,
      R"({"text":"hé\"\n\u0001","inner":[{"small":-128},{"small":127}],)"
      R"("maybe":18446744073709551615,"flags":{"":false,"a":true},"real":0.1,"public":true})");
  const auto read = from_json<Outer>(text);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(*read, value);
}

TEST(Json, SkipsMembersItDoesNotKnow) {
  const auto read = from_json<Inner>(R"( { "x" : [{"small":1}] , "small" : 3 } )");
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(read->small, 3);
}

TEST(Json, SaysWhereItIsWrong) {
  EXPECT_THAT(why_not<Inner>("{}"), HasSubstr("small is missing"));
  EXPECT_THAT(why_not<Inner>("[]"), HasSubstr("expected an object"));
  EXPECT_THAT(why_not<Inner>("{"), HasSubstr("no JSON"));
  EXPECT_THAT(why_not<Inner>(R"({"small":128})"), HasSubstr("small: this number is too large"));
  EXPECT_THAT(why_not<Inner>(R"({"small":1.0})"), HasSubstr("small: expected a whole number"));
  EXPECT_THAT(why_not<Inner>(R"({"small":"1"})"), HasSubstr("small: expected a whole number"));
  EXPECT_THAT(why_not<Outer>(R"({"text":"","inner":[{"small":1},{}],"flags":{},"real":1})"),
              HasSubstr("inner: [1]: small is missing"));
  EXPECT_THAT(why_not<uint64_t>("-1"), HasSubstr("too large or too small"));
  EXPECT_THAT(why_not<uint64_t>("18446744073709551616"), HasSubstr("too large or too small"));
  EXPECT_THAT(why_not<Address>("\"a:b:c\""), HasSubstr("starts with a node"));
  EXPECT_THAT(why_not<bool>("null"), HasSubstr("true or false"));
}

TEST(Json, AcceptsJsonOnly) {
  for (const auto* text : {"",
                           " ",
                           "{",
                           "}",
                           "[1,]",
                           "[,1]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{a:1}",
                           "'a'",
                           "01",
                           "1.",
                           ".5",
                           "1e",
                           "-",
                           "+1",
                           "NaN",
                           "nul",
                           "truee",
                           "\"\x01\"",
                           "\"\\x\"",
                           "\"\\u12\"",
                           "\"\\ud800\"",
                           "\"\\udc00\"",
                           "\"\\ud800\\u0041\"",
                           "\"\xff\"",
                           "\"a",
                           "1 2",
                           "\xef\xbb\xbf{}",
                           "[1}"}) {
    EXPECT_FALSE(json_value(text).has_value()) << text;
  }
  for (const auto* text : {"0", "-0", "1.5e-3", "[]", "{}", " [ 1 , {\"a\" : null} ] ", "\"\"",
                           "\"\\ud83d\\ude00\"", "\"\\u0000\"", "true"}) {
    EXPECT_TRUE(json_value(text).has_value()) << text;
  }
  EXPECT_FALSE(json_value(std::string_view("1\0", 2)).has_value());
}

TEST(Json, ReadsEscapes) {
  EXPECT_EQ(from_json<std::string>(R"("\u00e9\u20ac\ud83d\ude00\/\b\f\r\t\\")").value(),
            "é€😀/\b\f\r\t\\");
}

TEST(Json, RefusesToNestTooDeep) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(json_value(nested(kJsonDepthMax)).has_value());
  EXPECT_FALSE(json_value(nested(kJsonDepthMax + 1)).has_value());
  EXPECT_FALSE(json_value(std::string(1'000'000, '[')).has_value());
  std::string tree;
  for (int i = 0; i < 100'000; ++i) tree += "{\"children\":[";
  EXPECT_THAT(why_not<Tree>(tree), HasSubstr("no JSON"));
}

TEST(Json, WritesBytesThatAreNoTextAsReplacements) {
  EXPECT_EQ(to_json(std::string("a\xff\xe2\x82z")), "\"a\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST(Json, KeepsValuesOfAnyKindAsText) {
  const auto list = from_json<std::vector<JsonText>>(R"([1, {"a": "]"}, "x"])");
  ASSERT_TRUE(list.has_value()) << list.error();
  EXPECT_EQ(list->at(1).text, R"({"a": "]"})");
  EXPECT_EQ(to_json(*list), R"([1,{"a": "]"},"x"])");
}

TEST(Json, WritesTheShortestNumberThatReadsBack) {
  EXPECT_EQ(to_json(1.0 / 3), "0.3333333333333333");
  EXPECT_EQ(to_json(1e300), "1e+300");
  EXPECT_EQ(to_json(2.5), "2.5");
  EXPECT_EQ(to_json(1e308 * 10), "null");
}

TEST(Json, KeepsStatesAndReadsBlobs) {
  kinode::test::Host host;
  EXPECT_THAT(json_state<Inner>().error(), HasSubstr("no state"));
  set_json_state(Inner{7});
  EXPECT_EQ(host.state, R"({"small":7})");
  EXPECT_EQ(json_state<Inner>().value().small, 7);
  EXPECT_THAT(json_blob<Inner>().error(), HasSubstr("no blob"));
}

TEST(JsonEqual, ComparesValuesNotTexts) {
  EXPECT_TRUE(json_equal(R"({"a":1,"b":[2,"x"]})", R"( { "b" : [2, "\u0078"], "a" : 1 } )"));
  EXPECT_TRUE(json_equal("\"messaging\"", " \"messaging\" "));
  EXPECT_TRUE(json_equal("1.50e1", "15.0"));
  EXPECT_TRUE(json_equal("-0.0", "0.0"));
  EXPECT_TRUE(json_equal(R"({"a":1,"a":2})", R"({"a":2})"));
  EXPECT_FALSE(json_equal("1", "1.0"));
  EXPECT_FALSE(json_equal("1", "2"));
  EXPECT_FALSE(json_equal("10", "1"));
  EXPECT_FALSE(json_equal("[1]", "[1,2]"));
  EXPECT_FALSE(json_equal("[1,2]", "[2,1]"));
  EXPECT_FALSE(json_equal("[]", "[1]"));
  EXPECT_FALSE(json_equal(R"({"a":1})", R"({"a":1,"b":2})"));
  EXPECT_FALSE(json_equal(R"({"a":1,"b":2})", R"({"a":1})"));
  EXPECT_FALSE(json_equal("null", "false"));
  EXPECT_FALSE(json_equal("\"1\"", "1"));
}

TEST(JsonEqual, TakesTextsThatAreNotJsonAsTheyAre) {
  EXPECT_TRUE(json_equal("messaging", "messaging"));
  EXPECT_FALSE(json_equal("messaging", "other"));
  EXPECT_FALSE(json_equal("messaging", "null"));
}

TEST(JsonEqual, TakesNoExponentialTime) {
  const auto nested = [](std::string_view leaf) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += R"({"a":1,"a":2,"a":)";
    return text + std::string(leaf) + std::string(100, '}');
  };
  EXPECT_TRUE(json_equal(nested("1"), nested(" 1")));
  EXPECT_FALSE(json_equal(nested("1"), nested("2")));
}

TEST(Text, KnowsUtf8) {
  EXPECT_TRUE(is_utf8("é€😀"));
  for (const auto* text : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xf8", "\xe2\x82", "\xff"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
  }
  EXPECT_EQ(lossy_utf8("a\xe2\x82"), "a\xef\xbf\xbd");
  EXPECT_EQ(lossy_utf8("\xe2\x82\xe2\x82\xac"), "\xef\xbf\xbd€");
}

TEST(Json, AFirstStartIsToldFromAStateOfAnotherForm) {
  test::Host host;
  EXPECT_EQ(find_json_state<Inner>().value(), std::nullopt);
  set_json_state(Inner{7});
  EXPECT_EQ(find_json_state<Inner>().value(), Inner{7});
  set_state("{}");
  const auto other = find_json_state<Inner>();
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().kind, ErrorKind::kDamaged);
  EXPECT_THAT(other.error().sentence, HasSubstr("small is missing"));
}
