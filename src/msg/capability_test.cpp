// What makes two capabilities the same (kernel.md 1.3, fault 14 of 11.1).
#include "msg/capability.h"

#include <gtest/gtest.h>
#include <unordered_set>

namespace kinode::msg {
namespace {

Address issuer() { return Address{"a.os", {"p", "k", "sys"}}; }

Capability cap(std::string params) { return Capability(issuer(), std::move(params)); }

bool same(std::string a, std::string b) {
  const Capability x = cap(std::move(a));
  const Capability y = cap(std::move(b));
  // Hashing has to agree with equality.
  if (x == y) EXPECT_EQ(std::hash<Capability>()(x), std::hash<Capability>()(y));
  return x == y;
}

TEST(Capability, EqualityIgnoresKeyOrderAndWhiteSpace) {
  EXPECT_TRUE(same(R"({"drive":"/k","kind":"read"})", R"({ "kind" : "read", "drive":"/k" })"));
  EXPECT_TRUE(same("[1,2]", " [ 1 ,\n2 ]\t"));
  EXPECT_TRUE(same("\"messaging\"", " \"messaging\" "));
  EXPECT_TRUE(same(R"("\u00e9")", "\"\xc3\xa9\""));
  EXPECT_TRUE(same(R"({"a":1,"a":2})", R"({"a":2})"));  // of a repeated key the last counts
}

TEST(Capability, StringsAreComparedByWhatTheySay) {
  for (const char* spelling : {R"("a/b")", R"( "a/b" )", R"("\u0061/b")", R"("a\/b")"}) {
    EXPECT_EQ(cap(spelling), cap(R"("a/b")")) << spelling;
  }
  for (const char* other :
       {R"("a\\/b")", R"("a"/b")", R"("a/b)", R"("a\n/b")", "\"a\n/b\"", "\""}) {
    EXPECT_NE(cap(other), cap(R"("a/b")")) << other;
  }
  EXPECT_EQ(cap(R"("\u00e4")"), cap("\"\xc3\xa4\""));
}

TEST(Capability, DifferentValuesDiffer) {
  EXPECT_FALSE(same("1", "1.0"));
  EXPECT_FALSE(same("[1,2]", "[2,1]"));
  EXPECT_FALSE(same("\"1\"", "1"));
  EXPECT_FALSE(same("18446744073709551615", "18446744073709551614"));
  EXPECT_FALSE(same("\"messaging\"", "\"network\""));
  EXPECT_FALSE(same("{}", "[]"));
  EXPECT_FALSE(same("null", "false"));
}

TEST(Capability, NumbersAreComparedByValue) {
  EXPECT_TRUE(same("1.50", "1.5"));
  EXPECT_TRUE(same("1e2", "100.0"));
  EXPECT_FALSE(same("1e2", "100"));
  EXPECT_TRUE(same("0.0", "-0.0"));
  EXPECT_FALSE(same("-0", "0"));  // as in the original, -0 is a fraction
  EXPECT_TRUE(same("-5", " -5"));
}

TEST(Capability, IssuersDiffer) {
  EXPECT_NE(cap("1"), Capability(Address{"b.os", {"p", "k", "sys"}}, "1"));
}

TEST(Capability, Fault14_ParamsThatAreNoJsonEqualOnlyTheirOwnText) {
  EXPECT_TRUE(same("drive=/k", "drive=/k"));
  EXPECT_FALSE(same("drive=/k", "drive=/other"));
  EXPECT_FALSE(same("drive=/k", "null"));
  EXPECT_FALSE(same("", "null"));
  EXPECT_FALSE(same("messaging", "\"messaging\""));
  EXPECT_FALSE(same("{\"a\":1", "{\"a\":1}"));
  EXPECT_FALSE(same("\xff", "\xff\xff"));
}

TEST(Capability, ASetFindsAnEqualCapabilityOfAnotherSpelling) {
  const std::unordered_set<Capability> held{cap(R"({"a":1,"b":2})")};
  EXPECT_TRUE(held.contains(cap(R"({"b":2,"a":1})")));
  EXPECT_FALSE(held.contains(cap(R"({"b":2})")));
}

TEST(Capability, TextShowsCompactSortedJson) {
  EXPECT_EQ(network_cap("a.os").text(), "a.os@kernel:distro:sys(\"network\")");
  EXPECT_EQ(messaging_cap(issuer()).text(), "a.os@p:k:sys(\"messaging\")");
  EXPECT_EQ(cap(R"({ "b": [1, -2, 1.0, 1e30, true, null], "a": "x\ny" })").text(),
            R"(a.os@p:k:sys({"a":"x\ny","b":[1,-2,1.0,1e30,true,null]}))");
  EXPECT_EQ(cap("oops").text(), R"(a.os@p:k:sys("invalid JSON in capability"))");
}

TEST(Capability, ParamsKeepTheTextThatWasGiven) {
  EXPECT_EQ(cap(R"({ "b":1, "a":2 })").params(), R"({ "b":1, "a":2 })");
  EXPECT_EQ(messaging_cap(issuer()).params(), "\"messaging\"");
  EXPECT_EQ(messaging_cap(issuer()).params().size(), 11u);
}

TEST(Capability, OrderAgreesWithEquality) {
  EXPECT_TRUE((cap("{\"a\":1}") <=> cap("{ \"a\":1}")) == 0);
  EXPECT_TRUE((cap("1") <=> cap("2")) < 0);
}

}  // namespace
}  // namespace kinode::msg
