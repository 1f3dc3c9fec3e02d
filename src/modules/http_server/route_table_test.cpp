// Which pattern a path goes to (io.md 3.7).
#include "modules/http_server/route_table.h"

#include <gtest/gtest.h>

#include "modules/http_server/binding.h"

namespace kinode::http_server {
namespace {

using Parameters = std::map<std::string, std::string>;

class RouteTableTest : public testing::Test {
 protected:
  void bind(const std::string& pattern) {
    auto binding = std::make_shared<Binding>();
    binding->pattern = pattern;
    table.put(pattern, binding);
  }

  /// The pattern that the path goes to, or "nothing".
  std::string found(std::string_view path) const {
    const RouteMatch match = table.find(path);
    return match.binding ? match.binding->pattern : "nothing";
  }

  RouteTable table;
};

TEST_F(RouteTableTest, TextMatchesItselfByteForByte) {
  bind("/chess:chess:sys");
  bind("/chess:chess:sys/games");
  EXPECT_EQ(found("/chess:chess:sys"), "/chess:chess:sys");
  EXPECT_EQ(found("/chess:chess:sys/games"), "/chess:chess:sys/games");
  EXPECT_EQ(found("chess:chess:sys/games"), "/chess:chess:sys/games");
  for (const char* other :
       {"/chess:chess:sys/Games", "/chess:chess:sys/game", "/chess:chess:sys/games/",
        "/chess:chess:sys/games/1", "//chess:chess:sys", "/chess%3Achess%3Asys", "", "/"}) {
    EXPECT_EQ(found(other), "nothing") << other;
  }
}

TEST_F(RouteTableTest, TheRootIsTheEmptyPath) {
  bind("");
  EXPECT_EQ(found(""), "");
  EXPECT_EQ(found("/"), "");
  EXPECT_EQ(found("//"), "nothing");
}

TEST_F(RouteTableTest, AParameterTakesASegmentOfAtLeastOneByte) {
  bind("/p/games/:id");
  EXPECT_EQ(table.find("/p/games/42").parameters, (Parameters{{"id", "42"}}));
  EXPECT_EQ(table.find("/p/games/a%20b").parameters, (Parameters{{"id", "a%20b"}}));
  EXPECT_EQ(table.find("/p/games/v1.2").parameters, (Parameters{{"id", "v1.2"}}));
  for (const char* other : {"/p/games/", "/p/games", "/p/games/1/2", "/p/games/1/"}) {
    EXPECT_EQ(found(other), "nothing") << other;
  }
}

TEST_F(RouteTableTest, AWildcardTakesAnything) {
  bind("/p/files/*path");
  EXPECT_EQ(table.find("/p/files/a/b.c/d").parameters, (Parameters{{"path", "a/b.c/d"}}));
  EXPECT_EQ(table.find("/p/files//").parameters, (Parameters{{"path", "/"}}));
  EXPECT_EQ(found("/p/files/"), "nothing");
}

TEST_F(RouteTableTest, BlanksBeginASegmentAndSegmentsEndAtDotsToo) {
  bind("/file.:ext");
  EXPECT_EQ(table.find("/file.tar").parameters, (Parameters{{"ext", "tar"}}));
  EXPECT_EQ(table.find("/file.tar.gz").parameters, (Parameters{{"ext", "tar.gz"}}));
  bind("/v:x");
  EXPECT_EQ(found("/v:x"), "/v:x");
  EXPECT_EQ(found("/v1"), "nothing");
  bind("/a/:name.json");
  EXPECT_EQ(table.find("/a/me.json").parameters, (Parameters{{"name", "me"}}));
  EXPECT_EQ(found("/a/.json"), "nothing");
}

TEST_F(RouteTableTest, BlanksWithoutANameMatchButAreNotReported) {
  bind("/a/:/b/*");
  EXPECT_EQ(found("/a/1/b/2/3"), "/a/:/b/*");
  EXPECT_EQ(table.find("/a/1/b/2/3").parameters, Parameters());
}

TEST_F(RouteTableTest, TheMostExactPatternWins) {
  for (const char* pattern : {"/p/*any", "/p/:a", "/p/:a/:b", "/p/x", "/p/x/:b", "/p/:a/y"})
    bind(pattern);
  EXPECT_EQ(found("/p/x"), "/p/x");
  EXPECT_EQ(found("/p/z"), "/p/:a");
  EXPECT_EQ(found("/p/x/y"), "/p/x/:b") << "the one that was bound first of two that are as exact";
  EXPECT_EQ(found("/p/x/z"), "/p/x/:b");
  EXPECT_EQ(found("/p/z/y"), "/p/:a/y");
  EXPECT_EQ(found("/p/z/z"), "/p/:a/:b");
  EXPECT_EQ(found("/p/z/z/z"), "/p/*any");
}

TEST_F(RouteTableTest, MoreTextWinsOverFewerBlanks) {
  bind("/*all");
  bind("/:a/b/c.d");
  bind("/:a/:b/*c");
  EXPECT_EQ(found("/x/b/c.d"), "/:a/b/c.d");
  EXPECT_EQ(found("/x/b/c.e"), "/:a/:b/*c");
  EXPECT_EQ(found("/x"), "/*all");
}

TEST_F(RouteTableTest, PatternsThatDifferInNamesAreOneRoute) {
  bind("/p/:a");
  bind("/p/:b");
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.find("/p/1").parameters, (Parameters{{"b", "1"}}));
  EXPECT_EQ(table.at("/p/:c")->pattern, "/p/:b");
  EXPECT_EQ(table.at("/p/1"), nullptr);
}

TEST_F(RouteTableTest, WhatIsErasedLeavesTheOthers) {
  for (const char* pattern : {"/p", "/p/:a", "/p/:a/x", "/q/:a", "/*"}) bind(pattern);
  table.erase("/p/:other");
  EXPECT_EQ(found("/p/1"), "/*");
  EXPECT_EQ(found("/p/1/x"), "/p/:a/x");
  EXPECT_EQ(found("/q/1"), "/q/:a");
  table.erase("/never");
  table.erase("/p/:a/x");
  table.erase("/q/:a");
  table.erase("/*");
  EXPECT_EQ(found("/p/1/x"), "nothing");
  EXPECT_EQ(found("/p"), "/p");
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(RouteTableTest, OfNamesThatStandTwiceTheLastCounts) {
  bind("/:a/:a");
  EXPECT_EQ(table.find("/1/2").parameters, (Parameters{{"a", "2"}}));
}

TEST_F(RouteTableTest, PatternsAndPathsThatMatchInMillionsOfWaysEndAtOnce) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "/*a.*b";
  bind(pattern + "/end");
  EXPECT_EQ(found(std::string(20'000, '/') + "."), "nothing");
  std::string path;
  for (int i = 0; i < 5'000; ++i) path += "a./";
  EXPECT_EQ(found(path), "nothing");
}

}  // namespace
}  // namespace kinode::http_server
