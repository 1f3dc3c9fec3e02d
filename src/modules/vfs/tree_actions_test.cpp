// Drives, directories, names, and links that somebody put there (io.md 8.1 to 8.4).
#include <sys/stat.h>
#include <unistd.h>

#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* kOk = R"("Ok")";

class Trees : public VfsTest {
 protected:
  Trees() { create_drive(); }
  std::string rename(std::string_view from, std::string_view to) {
    return act(from, fmt::format(R"({{"Rename":{{"new_path":"{}"}}}})", to));
  }
  std::string copy(std::string_view from, std::string_view to) {
    return act(from, fmt::format(R"({{"CopyFile":{{"new_path":"{}"}}}})", to));
  }
};

TEST_F(Trees, ADriveIsMadeOnceAndAgain) {
  EXPECT_EQ(act("/p:n.os/e", "CreateDrive"), kOk);
  EXPECT_EQ(act("/p:n.os/e", "CreateDrive"), kOk);
  EXPECT_EQ(act("/p:n.os/f/rest/does/not/matter", "CreateDrive"), kOk);
  EXPECT_TRUE(fs::is_directory(scratch / "vfs/p:n.os/e"));
  EXPECT_TRUE(fs::is_empty(scratch / "vfs/p:n.os/f"));
}

TEST_F(Trees, CreatingADriveGrantsItsTwoRights) {
  const auto held = [&](std::string_view kind) {
    return port.has_capability(
        msg::ProcessId::parse("m:p:n.os").value(),
        msg::Capability(msg::Address::parse("a.os@vfs:distro:sys").value(),
                        fmt::format(R"({{"drive":"/p:n.os/d","kind":"{}"}})", kind)));
  };
  EXPECT_TRUE(held("read"));
  EXPECT_TRUE(held("write"));
  for (const auto& [holder, cap] : port.capabilities) {
    EXPECT_THAT(cap.params(), testing::AnyOf(R"({"kind": "read", "drive": "/p:n.os/d"})",
                                             R"({"kind": "write", "drive": "/p:n.os/d"})"));
  }
}

TEST_F(Trees, WhoCannotBeGivenTheRightsIsTold) {
  port.answer_to_grant = fail(Code::kOverloaded, "too many");
  EXPECT_EQ(act("/p:n.os/e", "CreateDrive"), R"({"Err":"AddCapFailed"})");
}

TEST_F(Trees, DirectoriesAreMadeOneByOneOrAllAtOnce) {
  EXPECT_EQ(act("/p:n.os/d/x/y", "CreateDir"), kNotThere);
  EXPECT_EQ(act("/p:n.os/d/x", "CreateDir"), kOk);
  EXPECT_EQ(act("/p:n.os/d/x", "CreateDir"), io_text("File exists (os error 17)"));
  EXPECT_EQ(act("/p:n.os/d/x/y/z", "CreateDirAll"), kOk);
  EXPECT_EQ(act("/p:n.os/d/x/y/z", "CreateDirAll"), kOk);
  EXPECT_EQ(act("/p:n.os/new/x", "CreateDirAll"), kOk);
  act("/p:n.os/d/f", "Write", "x");
  EXPECT_EQ(act("/p:n.os/d/f", "CreateDirAll"), io_text("File exists (os error 17)"));
  EXPECT_EQ(act("/p:n.os/d/f/g", "CreateDirAll"), io_text("Not a directory (os error 20)"));
}

TEST_F(Trees, AListingHasOneLevelAndPathsBelowTheRoot) {
  EXPECT_EQ(act("/p:n.os/d", "ReadDir"), R"({"ReadDir":[]})");
  act("/p:n.os/d/x/y", "CreateDirAll");
  EXPECT_EQ(act("/p:n.os/./d//x/../x", "ReadDir"),
            R"({"ReadDir":[{"path":"p:n.os/d/x/y","file_type":"Directory"}]})");
  ::symlink("x", on_disk("link").c_str());
  EXPECT_THAT(act("/p:n.os/d", "ReadDir"),
              HasSubstr(R"({"path":"p:n.os/d/link","file_type":"Symlink"})"));
  act("/p:n.os/d/f", "Write", "x");
  EXPECT_EQ(act("/p:n.os/d/f", "ReadDir"), io_text("Not a directory (os error 20)"));
  EXPECT_EQ(act("/p:n.os/d/none", "ReadDir"), kNotThere);
}

TEST_F(Trees, ALongListingComesInPages) {
  for (int i = 0; i < 7; ++i) act(fmt::format("/p:n.os/d/{}", i), "Write", "x");
  std::set<std::string> seen;
  std::string token = "null";
  for (int pages = 0; pages < 9; ++pages) {
    const std::string page =
        act("/p:n.os/d", fmt::format(R"({{"ReadDirPage":{{"token":{},"limit":3}}}})", token));
    for (std::size_t at = page.find("p:n.os/d/"); at != std::string::npos;
         at = page.find("p:n.os/d/", at + 1)) {
      EXPECT_TRUE(seen.insert(page.substr(at, 10)).second) << page;
    }
    token = page.substr(page.find("\"token\":") + 8);
    token.resize(token.size() - 2);
    if (token == "null") break;
  }
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(act("/p:n.os/d", R"({"ReadDirPage":{"token":"x","limit":3}})"),
            R"({"Err":"MalformedRequest"})");
  EXPECT_THAT(act("/p:n.os/d", R"({"ReadDirPage":{"token":null,"limit":0}})"),
              HasSubstr("a page has from 1 to"));
}

TEST_F(Trees, RemoveDirWantsItEmpty) {
  act("/p:n.os/d/x/y", "CreateDirAll");
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDir"), io_text("Directory not empty (os error 39)"));
  EXPECT_EQ(act("/p:n.os/d/x/y", "RemoveDir"), kOk);
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDir"), kOk);
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDir"), kNotThere);
  act("/p:n.os/d/f", "Write", "x");
  EXPECT_EQ(act("/p:n.os/d/f", "RemoveDir"), io_text("Not a directory (os error 20)"));
}

TEST_F(Trees, RemoveDirAllTakesEverythingAlsoTheDrive) {
  act("/p:n.os/d/x/y/z", "CreateDirAll");
  act("/p:n.os/d/x/f", "Write", "x");
  act("/p:n.os/d/x/y/g", "Write", "x");
  EXPECT_EQ(act("/p:n.os/d/x/f", "RemoveDirAll"), io_text("Not a directory (os error 20)"));
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDirAll"), kOk);
  EXPECT_FALSE(fs::exists(on_disk("x")));
  EXPECT_EQ(act("/p:n.os/d", "RemoveDirAll"), kOk);
  EXPECT_EQ(act("/p:n.os/d", "RemoveDirAll"), kNotThere);
  EXPECT_TRUE(fs::is_empty(scratch / "vfs/.staging"));
}

TEST_F(Trees, RemoveDirAllOfAVeryDeepTree) {
  // Deeper than any path could name at once, as a program with WASI can make it.
  fs::path at = on_disk("deep");
  fs::create_directory(at);
  const fs::path before = fs::current_path();
  fs::current_path(at);
  for (int i = 0; i < 3000; ++i) {
    ASSERT_EQ(::mkdir("n", 0755), 0);
    ASSERT_EQ(::chdir("n"), 0);
  }
  fs::current_path(before);
  EXPECT_EQ(act("/p:n.os/d/deep", "RemoveDirAll"), kOk);
  EXPECT_FALSE(fs::exists(at));
  EXPECT_TRUE(fs::is_empty(scratch / "vfs/.staging"));
}

TEST_F(Trees, RemovalNeverFollowsALink) {
  scratch.write("outside", "kept");
  fs::create_directory(on_disk("x"));
  fs::create_directory(scratch / "dir");
  scratch.write("dir/inner", "kept");
  ::symlink((scratch / "dir").c_str(), on_disk("x/link").c_str());
  ::symlink((scratch / "dir").c_str(), on_disk("link").c_str());
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDirAll"), kOk);
  EXPECT_EQ(act("/p:n.os/d/link", "RemoveDirAll"), kOk);
  EXPECT_EQ(scratch.read("dir/inner"), "kept");
}

TEST_F(Trees, RenameMovesAndReplaces) {
  act("/p:n.os/d/a", "Write", "new");
  act("/p:n.os/d/b", "Write", "old");
  EXPECT_EQ(rename("/p:n.os/d/a", "/p:n.os/d/b"), kOk);
  EXPECT_EQ(read("/p:n.os/d/b"), "new");
  EXPECT_EQ(read("/p:n.os/d/a"), kNotThere);
  EXPECT_EQ(rename("/p:n.os/d/a", "/p:n.os/d/c"), kNotThere);
  EXPECT_EQ(rename("/p:n.os/d/b", "/p:n.os/d/none/c"), kNotThere);
  act("/p:n.os/d/x/y", "CreateDirAll");
  EXPECT_EQ(rename("/p:n.os/d/x", "/p:n.os/d/x/y/z"), io_text("Invalid argument (os error 22)"));
  EXPECT_EQ(rename("/p:n.os/d/b", "/p:n.os/e"), io_text("Is a directory (os error 21)"));
  EXPECT_EQ(act("/p:n.os/d/b", R"({"Rename":{"new_path":"/../x"}})"),
            R"({"Err":"MalformedRequest"})");
}

TEST_F(Trees, CopyTakesContentAndRights) {
  act("/p:n.os/d/a", "Write", "content");
  ::chmod(on_disk("a").c_str(), 0640);
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d/b"), kOk);
  EXPECT_EQ(read("/p:n.os/d/b"), "content");
  struct stat info{};
  ASSERT_EQ(::stat(on_disk("b").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  act("/p:n.os/d/b", "Write", "longer than the first");
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d/b"), kOk);
  EXPECT_EQ(read("/p:n.os/d/b"), "content");
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d/a"), kOk);
  EXPECT_EQ(read("/p:n.os/d/a"), "content");
  EXPECT_EQ(copy("/p:n.os/d/none", "/p:n.os/d/b"), kNotThere);
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d/none/b"), kNotThere);
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d"), io_text("Is a directory (os error 21)"));
  EXPECT_THAT(copy("/p:n.os/d", "/p:n.os/d/b"), HasSubstr("neither a regular file nor a symlink"));
}

TEST_F(Trees, ALargeCopyKeepsItsHoles) {
  act("/p:n.os/d/a", "Write", "start");
  act("/p:n.os/d/a", R"({"SetLen":1099511627776})");
  act("/p:n.os/d/a", R"({"WriteAt":{"offset":549755813888}})", "middle");
  EXPECT_EQ(copy("/p:n.os/d/a", "/p:n.os/d/b"), kOk);
  EXPECT_EQ(act("/p:n.os/d/b", "Len"), R"({"Len":1099511627776})");
  EXPECT_EQ(read("/p:n.os/d/b", R"({"ReadAt":{"offset":549755813888,"length":6}})"), "middle");
  struct stat info{};
  ASSERT_EQ(::stat(on_disk("b").c_str(), &info), 0);
  EXPECT_LT(info.st_blocks, 10'000);
}

TEST_F(Trees, PackagesAreListedForRootOnly) {
  EXPECT_EQ(act("/", "ReadDir"), R"({"Err":"NoReadCap"})");
  grant("m:p:n.os", R"({"root": true})");
  EXPECT_EQ(act("/", "ReadDir"), R"({"ReadDir":[{"path":"p:n.os","file_type":"Directory"}]})");
  EXPECT_EQ(act("/", "Metadata"), R"({"Err":"MalformedRequest"})");
}

TEST_F(Trees, TheListOfPackagesGoesToWhoAskedAlways) {
  grant("m:p:n.os", R"({"root": true})");
  msg::Request request;
  request.body = Bytes::copy(body("/", "ReadDir"));
  auto envelope = support::envelope("a.os@m:p:n.os", "a.os@vfs:distro:sys", request);
  envelope->rsvp = msg::share(msg::Address::parse("a.os@other:p:n.os").value());
  vfs->handle(envelope);
  port.executor().run_until_idle();
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(port.sent[0]->target->text(), "a.os@m:p:n.os");
}

}  // namespace
}  // namespace kinode::vfs
