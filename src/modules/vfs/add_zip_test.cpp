// Archives from outside: they go in whole or not at all, and nowhere else (io.md 8.6).
#include <../tests/support/zip_writer.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/vfs/vfs_fixture_test.h"
#include "modules/vfs/zip_merge.h"

namespace kinode::vfs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

using support::ZipWriter;

constexpr const char* kFast = "zip:compression-level=1";
constexpr const char* kOk = R"("Ok")";

class AddZipTest : public VfsTest {
 protected:
  AddZipTest() { create_drive(); }
  ~AddZipTest() override { EXPECT_TRUE(fs::is_empty(scratch / "vfs/.staging")); }
  std::string add(std::string_view path, const std::string& zip) {
    return act(path, "AddZip", zip);
  }
  /// Everything in the drive, sorted.
  std::vector<std::string> tree() const {
    std::vector<std::string> out;
    const fs::path root = scratch / "vfs/p:n.os/d";
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      out.push_back(fs::relative(entry.path(), root).string());
    }
    std::ranges::sort(out);
    return out;
  }
};

TEST_F(AddZipTest, AnArchiveIsMergedIntoItsDirectory) {
  act("/p:n.os/d/kept", "Write", "kept");
  act("/p:n.os/d/ui", "CreateDir");
  act("/p:n.os/d/ui/old", "Write", "old");
  act("/p:n.os/d/ui/both", "Write", "old");
  ZipWriter zip(kFast);
  zip.directory("ui/").file("ui/both", "new").file("manifest.json", "[]").directory("empty/");
  EXPECT_EQ(add("/p:n.os/d", zip.text()), kOk);
  EXPECT_THAT(tree(),
              testing::ElementsAre("empty", "kept", "manifest.json", "ui", "ui/both", "ui/old"));
  EXPECT_EQ(read("/p:n.os/d/ui/both"), "new");
  EXPECT_EQ(read("/p:n.os/d/ui/old"), "old");
}

TEST_F(AddZipTest, TheDirectoryIsMadeAndParentsNeedNoEntries) {
  EXPECT_EQ(add("/p:n.os/d/x/y", ZipWriter(kFast).file("a/b/c", "deep").text()), kOk);
  EXPECT_EQ(read("/p:n.os/d/x/y/a/b/c"), "deep");
}

TEST_F(AddZipTest, WhoeverStandsInAFileThatStaysStandsThereStill) {
  act("/p:n.os/d/log", "CreateFile");
  act("/p:n.os/d/log", "WriteAll", "one ");
  EXPECT_EQ(add("/p:n.os/d", ZipWriter(kFast).file("other", "x").text()), kOk);
  act("/p:n.os/d/log", "WriteAll", "two");
  EXPECT_EQ(read("/p:n.os/d/log"), "one two");
}

TEST_F(AddZipTest, S7_NothingLeavesItsDirectory) {
  for (const auto* name :
       {"../escaped", "/etc/escaped", "a/../../escaped", "a\\..\\escaped", ".."}) {
    const std::string answer =
        add("/p:n.os/d/x", ZipWriter(kFast).file("fine", "x").file(name, "x").text());
    EXPECT_THAT(answer, HasSubstr("ParseError")) << name;
    EXPECT_THAT(answer, HasSubstr(R"("path":"/p:n.os/d/x")")) << name;
  }
  EXPECT_THAT(tree(), testing::IsEmpty());
  EXPECT_FALSE(fs::exists(scratch / "vfs/p:n.os/escaped"));
}

TEST_F(AddZipTest, S7_LinksAreRefusedAndExistingOnesNotFollowedOut) {
  EXPECT_EQ(add("/p:n.os/d", ZipWriter(kFast).link("l", "/etc").file("l/x", "x").text()),
            R"({"Err":"UnzipError"})");
  fs::create_directory(scratch / "elsewhere");
  ::symlink((scratch / "elsewhere").c_str(), on_disk("l").c_str());
  EXPECT_THAT(add("/p:n.os/d", ZipWriter(kFast).file("l/x", "x").text()),
              HasSubstr("out of its drive"));
  EXPECT_TRUE(fs::is_empty(scratch / "elsewhere"));
}

TEST_F(AddZipTest, S19_NoPathOfTheHostIsTold) {
  for (const std::string& answer :
       {add("/p:n.os/d", "no zip"), add("/p:n.os/d", ZipWriter(kFast).file("../x", "x").text())}) {
    EXPECT_THAT(answer, testing::Not(HasSubstr(scratch.path())));
  }
  EXPECT_EQ(add("/p:n.os/d", "no zip"),
            R"({"Err":{"ParseError":{"error":"this is not a zip archive, or it was cut short",)"
            R"("path":"/p:n.os/d"}}})");
}

TEST_F(AddZipTest, D7_ABombIsRefused) {
  ZipWriter zip(kFast);
  zip.file("fine", "x").zeros("bomb", limits::kZipEntryBytesMax + 1);
  const std::string bomb = zip.text();
  ASSERT_LT(bomb.size(), 4u << 20);
  EXPECT_THAT(add("/p:n.os/d", bomb), HasSubstr("too large unpacked"));
  EXPECT_THAT(tree(), testing::IsEmpty());
}

TEST_F(AddZipTest, ACutOrDamagedArchiveChangesNothing) {
  act("/p:n.os/d/a", "Write", "old");
  ZipWriter zip(kFast);
  std::string noise(100'000, 0);
  SeededRandom(1).fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
  zip.file("a", "new").file("b", noise).file("c", "x");
  const std::string whole = zip.text();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{30}, whole.size() / 2, whole.size() - 1}) {
    EXPECT_THAT(add("/p:n.os/d", whole.substr(0, size)), HasSubstr("Err")) << size;
  }
  std::string damaged = whole;
  damaged[damaged.size() / 2] ^= 1;
  EXPECT_EQ(add("/p:n.os/d", damaged), R"({"Err":"UnzipError"})");
  EXPECT_EQ(read("/p:n.os/d/a"), "old");
  EXPECT_THAT(tree(), testing::ElementsAre("a"));
}

TEST_F(AddZipTest, WhatDoesNotFitWhatIsThereChangesNothing) {
  act("/p:n.os/d/a/b", "CreateDirAll");
  act("/p:n.os/d/f", "Write", "file");
  EXPECT_EQ(add("/p:n.os/d", ZipWriter(kFast).file("new", "x").file("a", "x").text()),
            io_text("Is a directory (os error 21)"));
  EXPECT_EQ(add("/p:n.os/d", ZipWriter(kFast).file("new", "x").file("f/x", "x").text()),
            io_text("Not a directory (os error 20)"));
  EXPECT_EQ(add("/p:n.os/d/f", ZipWriter(kFast).file("new", "x").text()),
            io_text("Not a directory (os error 20)"));
  EXPECT_THAT(tree(), testing::ElementsAre("a", "a/b", "f"));
  EXPECT_EQ(act("/p:n.os/d", "AddZip"), R"({"Err":"NoBlob"})");
}

/// A tree in the staging directory, as AddZip leaves it when the node is killed.
class AfterACrash : public AddZipTest {
 protected:
  void leave(bool committed) {
    auto disk = Disk::open(scratch / "vfs").value();
    auto staging = Staging::open(*disk).value();
    fs::create_directories(scratch / "vfs/.staging/1/x");
    scratch.write("vfs/.staging/1/x/new", "new");
    scratch.write("vfs/.staging/1/old", "replaced");
    if (committed) {
      EXPECT_TRUE(Merge(*disk, *staging, "1").commit(VfsPath::parse("/p:n.os/d").value()));
    }
    crash_and_start();
  }
};

TEST_F(AfterACrash, WhatWasCommittedIsFinished) {
  act("/p:n.os/d/old", "Write", "old");
  leave(true);
  EXPECT_EQ(read("/p:n.os/d/x/new"), "new");
  EXPECT_EQ(read("/p:n.os/d/old"), "replaced");
}

TEST_F(AfterACrash, WhatWasNotCommittedIsGone) {
  act("/p:n.os/d/old", "Write", "old");
  leave(false);
  EXPECT_EQ(read("/p:n.os/d/x/new"), kNotThere);
  EXPECT_EQ(read("/p:n.os/d/old"), "old");
}

}  // namespace
}  // namespace kinode::vfs
