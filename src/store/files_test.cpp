// Whole files: what is read, what is refused, and how one is replaced.
#include "store/files.h"

#include <../tests/support/scratch.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace kinode::store {
namespace {

using support::Scratch;

namespace fs = std::filesystem;

Result<Bytes> below(const Scratch& root, std::string_view path, std::size_t bytes_max = 100) {
  return read_file_below(root.path(), SafePath::parse(path).value(), bytes_max);
}

TEST(ReadFileBelow, ReadsWhatIsThere) {
  const Scratch scratch;
  fs::create_directory(scratch / "d");
  scratch.write("d/a", std::string_view("x\0y", 3));
  EXPECT_EQ(below(scratch, "d/a").value().text(), std::string_view("x\0y", 3));
  scratch.write("empty", "");
  EXPECT_TRUE(below(scratch, "empty").value().empty());
}

TEST(ReadFileBelow, FollowsNoLinks) {
  const Scratch scratch;
  const Scratch elsewhere;
  elsewhere.write("secret", "s");
  scratch.write("mine", "m");
  fs::create_symlink(elsewhere / "secret", scratch / "to-file");
  fs::create_symlink(scratch / "mine", scratch / "to-mine");
  fs::create_directory_symlink(elsewhere.path(), scratch / "to-directory");
  for (const std::string_view path : {"to-file", "to-mine", "to-directory/secret"}) {
    const auto read = below(scratch, path);
    ASSERT_FALSE(read) << path;
    EXPECT_EQ(read.error().code, Code::kDenied);
    EXPECT_NE(read.error().detail.find("link"), std::string::npos) << read.error().detail;
  }
}

TEST(ReadFileBelow, SaysWhatIsNotThere) {
  const Scratch scratch;
  scratch.write("file", "");
  for (const std::string_view path : {"a", "a/b", "file/b"}) {
    EXPECT_EQ(below(scratch, path).error(), (Error{Code::kNotFound, default_remedy(Code::kNotFound),
                                                   std::string(path) + " is not there"}));
  }
  EXPECT_EQ(read_file_below(scratch / "none", SafePath::parse("a").value(), 1).error().code,
            Code::kNotFound);
}

TEST(ReadFileBelow, ReadsFilesOnly) {
  const Scratch scratch;
  fs::create_directory(scratch / "d");
  ASSERT_EQ(::mkfifo((scratch / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(below(scratch, "d").error().detail, "d is not a file");
  EXPECT_EQ(below(scratch, "pipe").error().detail, "pipe is not a file");  // and does not hang
}

TEST(ReadFileBelow, IsBounded) {
  const Scratch scratch;
  scratch.write("a", std::string(100, 'x'));
  EXPECT_EQ(below(scratch, "a", 100).value().size(), 100u);
  EXPECT_EQ(below(scratch, "a", 99).error().detail, "a has 100 bytes, 99 are allowed");
}

TEST(ReadFile, FollowsTheOwnersLinks) {
  const Scratch scratch;
  scratch.write("a", "x");
  fs::create_symlink(scratch / "a", scratch / "b");
  EXPECT_EQ(read_file(scratch / "b", 1).value().text(), "x");
  EXPECT_EQ(read_file(scratch / "c", 1).error().code, Code::kNotFound);
}

TEST(WriteFileAtomic, WritesAllAndLeavesNothingBeside) {
  const Scratch scratch;
  ASSERT_TRUE(write_file_atomic(scratch / "a", as_bytes("one"), 0600));
  ASSERT_TRUE(write_file_atomic(scratch / "a", as_bytes("two"), 0600));
  EXPECT_EQ(scratch.read("a"), "two");
  EXPECT_FALSE(fs::exists(scratch / "a.new"));
  EXPECT_EQ(fs::status(scratch / "a").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(WriteFileAtomic, DoesNotTrustWhatACrashLeft) {
  const Scratch scratch;
  scratch.write("a.new", "half");
  fs::permissions(scratch / "a.new", fs::perms::all);
  ASSERT_TRUE(write_file_atomic(scratch / "a", as_bytes("one"), 0600));
  EXPECT_EQ(fs::status(scratch / "a").permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST(WriteFileAtomic, WritesThroughNoLink) {
  const Scratch scratch;
  scratch.write("precious", "p");
  fs::create_symlink(scratch / "precious", scratch / "a.new");
  fs::create_symlink(scratch / "precious", scratch / "a");
  ASSERT_TRUE(write_file_atomic(scratch / "a", as_bytes("one"), 0600));
  EXPECT_EQ(scratch.read("precious"), "p");
  EXPECT_EQ(scratch.read("a"), "one");
}

TEST(WriteFileAtomic, KeepsTheOldFileWhenItFails) {
  const Scratch scratch;
  fs::create_directory(scratch / "a");
  scratch.write("a/inside", "x");
  EXPECT_FALSE(write_file_atomic(scratch / "a", as_bytes("one"), 0600));
  EXPECT_EQ(scratch.read("a/inside"), "x");
  EXPECT_FALSE(fs::exists(scratch / "a.new"));
  EXPECT_EQ(write_file_atomic(scratch / "none/a", as_bytes("one"), 0600).error().code,
            Code::kNotFound);
}

}  // namespace
}  // namespace kinode::store
