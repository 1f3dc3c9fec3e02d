// Paths from outside, and the tricks people play with them.
#include "store/safe_path.h"

#include <gtest/gtest.h>

namespace kinode::store {
namespace {

std::string refusal(std::string_view text) {
  const auto path = SafePath::parse(text);
  return path ? "accepted" : path.error().detail;
}

TEST(SafePath, NamesSomethingBelowItsRoot) {
  for (const std::string_view text :
       {"a", "a/b.wasm", "..a/b..", "...", "\xc3\xbc/x", "a b/c", "~"}) {
    EXPECT_EQ(SafePath::parse(text).value().text(), text);
  }
}

TEST(SafePath, OneTrailingSlashIsTolerated) {
  EXPECT_EQ(SafePath::parse("a/b/").value().text(), "a/b");
  EXPECT_EQ(refusal("a//"), "the path a/ has an empty part");
}

TEST(SafePath, MayNotLeaveItsRoot) {
  for (const std::string_view text :
       {"..", "../x", "a/../../x", "a/..", "a/../", ".", "./a", "a/./b"}) {
    EXPECT_NE(refusal(text).find("leaves its directory"), std::string::npos) << text;
  }
}

TEST(SafePath, MayNotBeAbsolute) {
  for (const std::string_view text : {"/", "/etc/passwd", "//a"}) {
    EXPECT_NE(refusal(text).find("is absolute"), std::string::npos) << text;
  }
}

TEST(SafePath, MayNotBeEmpty) {
  EXPECT_EQ(refusal(""), "the path  is empty");
  EXPECT_EQ(refusal("a//b"), "the path a//b has an empty part");
}

TEST(SafePath, MayNotHideItsEnd) {
  EXPECT_NE(refusal(std::string_view("a\0/../b", 7)).find("has a NUL byte"), std::string::npos);
  EXPECT_NE(refusal("a\\..\\b").find("has a backslash"), std::string::npos);
}

TEST(SafePath, IsBounded) {
  EXPECT_EQ(refusal(std::string(255, 'x')), "accepted");
  EXPECT_NE(refusal(std::string(256, 'x')).find("longer than 255"), std::string::npos);
  std::string deep;
  while (deep.size() < 4097) deep += "a/";
  EXPECT_NE(refusal(deep).find("is too long"), std::string::npos);
  EXPECT_LT(refusal(deep).size(), 300u);
}

TEST(SafePath, ARefusalIsSafeToPrint) {
  EXPECT_EQ(refusal("/\x1b[2J").find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace kinode::store
