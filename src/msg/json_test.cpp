// The JSON tree and its text (kernel.md 1.1).
#include "msg/json.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::msg {
namespace {

using testing::HasSubstr;

std::string canonical(std::string_view text) {
  const auto value = Json::parse(text);
  return value ? value->canonical() : "refused: " + value.error().detail;
}

std::string number_text(double value) {
  std::string out;
  append_json_number(out, value);
  return out;
}

TEST(Json, IntegersAreExactAndDifferFromFractions) {
  EXPECT_EQ(*Json::parse("18446744073709551615")->unsigned_integer(), ~std::uint64_t{0});
  EXPECT_EQ(*Json::parse("-9223372036854775808")->negative_integer(),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*Json::parse("1.0")->fraction(), 1.0);
  EXPECT_EQ(Json::parse("1.0")->unsigned_integer(), nullptr);
  // As serde_json: what fits no integer becomes a fraction.
  EXPECT_NE(Json::parse("18446744073709551616")->fraction(), nullptr);
  EXPECT_NE(Json::parse("-0")->fraction(), nullptr);
}

TEST(Json, ListsOfSmallNumbersTakeOneBytePerNumber) {
  EXPECT_EQ(*Json::parse("[0,127,255]")->byte_list(), (ByteVector{0, 127, 255}));
  EXPECT_NE(Json::parse("[]")->byte_list(), nullptr);
  for (const std::string_view text : {"[256]", "[-1]", "[1,1.0]", "[1,[2]]", "[1,null]"}) {
    const auto value = Json::parse(text);
    EXPECT_EQ(value->byte_list(), nullptr) << text;
    EXPECT_EQ(value->canonical(), text);
  }
  const auto mixed = Json::parse("[1,2,\"x\"]");
  EXPECT_EQ(mixed->array_size(), 3u);
  EXPECT_EQ(*mixed->element(1).unsigned_integer(), 2u);
}

TEST(Json, OnlyStrictTextIsAccepted) {
  for (const std::string_view text :
       {"",        " ",           "nul",      "[1,]",         "{\"a\":1,}",     "{a:1}", "'a'",
        "01",      "1.",          ".5",       "+1",           "[1]x",           "1 2",   "\"\t\"",
        "\"\\x\"", "\"\\ud800\"", "\"\xff\"", "\"\xc0\x80\"", "\xef\xbb\xbf[]", "NaN",   "1e999",
        "/**/1",   "\"a"}) {
    EXPECT_THAT(canonical(text), HasSubstr("refused: is not JSON")) << text;
  }
  EXPECT_EQ(canonical(std::string_view("1\0x", 3)), "refused: is not JSON: a zero byte at byte 2");
}

TEST(Json, DepthEndsAtTheLimit) {
  const std::size_t max = limits::kNestingMax;
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(canonical(nested(max)), nested(max));
  EXPECT_THAT(canonical(nested(max + 1)), HasSubstr("nested deeper than 64 levels"));
}

TEST(Json, TooManyValuesAreRefused) {
  std::string text = "[null";
  for (std::size_t i = 0; i < limits::kJsonValuesMax; ++i) text += ",{}";
  EXPECT_THAT(canonical(text + "]"), HasSubstr("has more than 4000000 JSON values"));
}

TEST(Json, CanonicalTextSortsKeysAndKeepsTheLastOfTwo) {
  EXPECT_EQ(canonical(R"({ "b" : 1, "a" : { "d":[], "c":{} }, "b" : 2 })"),
            R"({"a":{"c":{},"d":[]},"b":2})");
}

TEST(Json, StringsAreEscapedAsSerdeDoes) {
  EXPECT_EQ(canonical(R"("\u0000\u001f\b\f\n\r\t\/\\\"\u007f\u00e9")"),
            "\"\\u0000\\u001f\\b\\f\\n\\r\\t/\\\\\\\"\x7f\xc3\xa9\"");
  std::string out;
  append_json_string(out,
                     "a\xff"
                     "b\xc3");
  EXPECT_EQ(out,
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
}

TEST(Json, FractionsPrintAsSerdeDoes) {
  EXPECT_EQ(number_text(1.0), "1.0");
  EXPECT_EQ(number_text(0.0), "0.0");
  EXPECT_EQ(number_text(-0.0), "-0.0");
  EXPECT_EQ(number_text(1.5), "1.5");
  EXPECT_EQ(number_text(-12.25), "-12.25");
  EXPECT_EQ(number_text(1e15), "1000000000000000.0");
  EXPECT_EQ(number_text(1e16), "1e16");
  EXPECT_EQ(number_text(1.5e300), "1.5e300");
  EXPECT_EQ(number_text(0.00001), "0.00001");
  EXPECT_EQ(number_text(0.000001), "1e-6");
  EXPECT_EQ(number_text(1.25e-7), "1.25e-7");
  EXPECT_EQ(number_text(5e-324), "5e-324");
  EXPECT_EQ(number_text(123456789012345680.0), "1.2345678901234568e17");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "null");
}

TEST(Json, BytesPrintAsNumbers) {
  std::string out;
  append_json_bytes(out, ByteVector{0, 9, 10, 99, 100, 255});
  EXPECT_EQ(out, "[0,9,10,99,100,255]");
}

/// A module's own type, read and written with the tools that modules use.
struct Probe {
  std::uint8_t small = 0;
  std::optional<std::string> note;
  std::vector<std::uint64_t> numbers;
};

Status read_json(const Json& value, Probe& out) {
  StructReader in(value, "Probe", 3);
  in.field("small", out.small);
  in.field("note", out.note);
  in.field("numbers", out.numbers);
  return std::move(in).finish();
}

std::string probe_refusal(std::string_view text) {
  const auto probe = decode_json<Probe>(as_bytes(text), "probe");
  return probe ? "accepted" : probe.error().detail;
}

TEST(StructReader, TakesObjectsInAnyOrderAndPositionalArrays) {
  const auto a = decode_json<Probe>(
      as_bytes(R"({"numbers":[300,1],"x":{"small":9},"x":1,"small":7})"), "probe");
  ASSERT_TRUE(a) << a.error().detail;
  EXPECT_EQ(a->small, 7);
  EXPECT_EQ(a->note, std::nullopt);
  EXPECT_EQ(a->numbers, (std::vector<std::uint64_t>{300, 1}));
  const auto b = decode_json<Probe>(as_bytes(R"([7,"n",[1,2]])"), "probe");
  ASSERT_TRUE(b) << b.error().detail;
  EXPECT_EQ(b->note, "n");
  EXPECT_EQ(b->numbers, (std::vector<std::uint64_t>{1, 2}));
}

TEST(StructReader, RefusalsAreOneSentenceWithTheFieldsName) {
  EXPECT_EQ(probe_refusal("{}"), "probe: Probe: field `small` is missing");
  EXPECT_EQ(
      probe_refusal(R"({"small":256,"numbers":[]})"),
      "probe: Probe: field `small`: expected a whole number from 0 to 255, found the number 256");
  EXPECT_EQ(probe_refusal(R"({"small":1,"small":1,"numbers":[]})"),
            "probe: Probe: field `small` is given twice");
  EXPECT_EQ(probe_refusal(R"({"small":1,"note":1,"numbers":[]})"),
            "probe: Probe: field `note`: expected a string, found the number 1");
  EXPECT_EQ(probe_refusal(R"({"small":1,"numbers":[1,"x"]})"),
            "probe: Probe: field `numbers`: element 1: expected a whole number from 0 to "
            "18446744073709551615, found a string");
  EXPECT_EQ(probe_refusal("[1,2]"), "probe: Probe: expected an array of 3 elements, found 2");
  EXPECT_EQ(probe_refusal("true"), "probe: Probe: expected an object, found true");
}

}  // namespace
}  // namespace kinode::msg
