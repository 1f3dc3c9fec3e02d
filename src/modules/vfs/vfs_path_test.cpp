// Paths with every trick: none names anything but a drive, or something in one (io.md 8.2, 15.4).
#include "modules/vfs/vfs_path.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace kinode::vfs {
namespace {

/// "drive rest", or "refused".
std::string parsed(std::string_view text) {
  const auto path = VfsPath::parse(text);
  if (!path) {
    return path.error().kind == VfsError::Kind::kMalformedRequest ? "refused" : path.error().text;
  }
  return path->drive() + " " + std::string(path->below_drive());
}

TEST(VfsPath, TheVectorsOfTheSpecification) {
  EXPECT_EQ(parsed("/p:n.os/d/a/../b"), "/p:n.os/d b");
  EXPECT_EQ(parsed("p:n.os/d"), "/p:n.os/d ");
  EXPECT_EQ(parsed("/p:n.os/d/../../q:m.os/e/f"), "/q:m.os/e f");
  for (const auto* text : {"/p:n.os", "/p/d/x", "/a:b:c/d", "/../x", "/", ""}) {
    EXPECT_EQ(parsed(text), "refused") << text;
  }
}

TEST(VfsPath, SlashesAndDotsDoNotMatter) {
  EXPECT_EQ(parsed("///p:n.os//d/./a//b/"), "/p:n.os/d a/b");
  EXPECT_EQ(parsed("\\\\p:n.os/d"), "/p:n.os/d ");
  EXPECT_EQ(parsed("/\\p:n.os/d/a"), "/p:n.os/d a");
  EXPECT_EQ(parsed("./p:n.os/d"), "/p:n.os/d ");
}

TEST(VfsPath, NothingLeadsAboveTheRoot) {
  for (const auto* text : {"..", "/..", "/p:n.os/../..", "/p:n.os/d/../../../p:n.os/d",
                           "p:n.os/../../vfs/p:n.os/d", "\\../p:n.os/d", "../../etc/passwd"}) {
    EXPECT_EQ(parsed(text), "refused") << text;
  }
}

TEST(VfsPath, APackageIsTwoNamesAroundOneColon) {
  for (const auto* text : {":n/d", "p:/d", ":/d", "p/d", "p::n/d", ".staging/1", "../.staging/1"}) {
    EXPECT_EQ(parsed(text), "refused") << text;
  }
}

TEST(VfsPath, ANulEndsNothing) {
  EXPECT_EQ(parsed(std::string_view("/p:n.os/d/a\0b", 13)), "refused");
}

TEST(VfsPath, WhatOnlyLooksLikeDotsIsAName) {
  // Full-width dots, a division slash, and "..." are ordinary characters.
  EXPECT_EQ(parsed("/p:n.os/d/\xef\xbc\x8e\xef\xbc\x8e/x"), "/p:n.os/d \xef\xbc\x8e\xef\xbc\x8e/x");
  EXPECT_EQ(parsed("/p:n.os/d/..\xe2\x88\x95x"), "/p:n.os/d ..\xe2\x88\x95x");
  EXPECT_EQ(parsed("/p:n.os/d/.../x"), "/p:n.os/d .../x");
  EXPECT_EQ(parsed("/p:n.os/d/%2e%2e/x"), "/p:n.os/d %2e%2e/x");
}

TEST(VfsPath, LongerThanTheSystemTakesIsSaid) {
  const std::string longest = "/p:n.os/d/" + std::string(4096 - 10, 'a');
  EXPECT_TRUE(VfsPath::parse(longest));
  EXPECT_EQ(parsed(longest + "a"), "File name too long (os error 36)");
}

TEST(VfsPath, KnowsItsParts) {
  const auto path = VfsPath::parse("/p:n.os/data/x/a.txt").value();
  EXPECT_EQ(path.package(), (msg::PackageId{"p", "n.os"}));
  EXPECT_EQ(path.drive_name(), "data");
  EXPECT_EQ(path.name(), "a.txt");
  EXPECT_EQ(path.parent_below_root(), "p:n.os/data/x");
  EXPECT_FALSE(path.is_drive());
  const auto drive = VfsPath::parse("p:n.os/data").value();
  EXPECT_TRUE(drive.is_drive());
  EXPECT_EQ(drive.parent_below_root(), "p:n.os");
  EXPECT_EQ(drive.text(), "/p:n.os/data");
}

TEST(VfsPath, BelowIsByWholeParts) {
  EXPECT_TRUE(is_at_or_below("p:n/d/a", "p:n/d"));
  EXPECT_TRUE(is_at_or_below("p:n/d", "p:n/d"));
  EXPECT_FALSE(is_at_or_below("p:n/da", "p:n/d"));
}

}  // namespace
}  // namespace kinode::vfs
