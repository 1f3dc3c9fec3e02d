// What POSIX says of rename, unlink, truncate and links, after the list that pjdfstest checks.
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include "modules/vfs/disk.h"
#include "modules/vfs/file_io.h"
#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOk = R"("Ok")";

class Posix : public VfsTest {
 protected:
  Posix() {
    create_drive();
    act("/p:n.os/d/file", "Write", "content");
    act("/p:n.os/d/other", "Write", "other");
    act("/p:n.os/d/dir", "CreateDir");
    act("/p:n.os/d/empty", "CreateDir");
    act("/p:n.os/d/full/x", "CreateDirAll");
  }
  static std::string path(std::string_view name) { return "/p:n.os/d/" + std::string(name); }
  std::string rename(std::string_view from, std::string_view to) {
    return act(path(from), fmt::format(R"({{"Rename":{{"new_path":"{}"}}}})", path(to)));
  }
  static std::string error(int number) { return io_text(io_error(number).error().text); }
  const std::string long_name = std::string(256, 'x');
};

TEST_F(Posix, Rename) {
  struct Case {
    const char* from;
    const char* to;
    int error;  // 0: done
  };
  const Case cases[] = {
      {"file", "dir", EISDIR},      {"dir", "file", ENOTDIR},     {"dir", "full", ENOTEMPTY},
      {"none", "file", ENOENT},     {"file", "none/x", ENOENT},   {"file/x", "new", ENOTDIR},
      {"file", "other/x", ENOTDIR}, {"full", "full/x/y", EINVAL}, {"file", "file", 0},
      {"dir", "empty", 0},          {"empty", "renamed", 0},      {"file", "other", 0},
  };
  for (const auto& [from, to, number] : cases) {
    EXPECT_EQ(rename(from, to), number == 0 ? kOk : error(number)) << from << " to " << to;
  }
  EXPECT_EQ(read(path("other")), "content");
  EXPECT_EQ(rename("other", long_name), error(ENAMETOOLONG));
  EXPECT_EQ(rename(long_name, "other"), error(ENAMETOOLONG));
}

TEST_F(Posix, RenameOfALinkMovesTheLink) {
  ::symlink("file", on_disk("link").c_str());
  EXPECT_EQ(rename("link", "moved"), kOk);
  EXPECT_TRUE(fs::is_symlink(on_disk("moved")));
  EXPECT_EQ(read(path("moved")), "content");
  // Onto another name of the same file: nothing happens, both stay.
  ASSERT_EQ(::link(on_disk("file").c_str(), on_disk("twin").c_str()), 0);
  EXPECT_EQ(rename("file", "twin"), kOk);
  EXPECT_TRUE(fs::exists(on_disk("file")));
  EXPECT_TRUE(fs::exists(on_disk("twin")));
}

TEST_F(Posix, Unlink) {
  EXPECT_EQ(act(path("none"), "RemoveFile"), error(ENOENT));
  EXPECT_EQ(act(path("dir"), "RemoveFile"), error(EISDIR));
  EXPECT_EQ(act(path("file/x"), "RemoveFile"), error(ENOTDIR));
  EXPECT_EQ(act(path(long_name), "RemoveFile"), error(ENAMETOOLONG));
  ASSERT_EQ(::link(on_disk("file").c_str(), on_disk("twin").c_str()), 0);
  EXPECT_EQ(act(path("file"), "RemoveFile"), kOk);
  EXPECT_EQ(read(path("twin")), "content");
  ::symlink("twin", on_disk("link").c_str());
  EXPECT_EQ(act(path("link"), "RemoveFile"), kOk);
  EXPECT_EQ(read(path("twin")), "content");
}

TEST_F(Posix, Truncate) {
  EXPECT_EQ(act(path("none"), R"({"SetLen":1})"), error(ENOENT));
  EXPECT_EQ(act(path("dir"), R"({"SetLen":1})"), error(EISDIR));
  EXPECT_EQ(act(path("file/x"), R"({"SetLen":1})"), error(ENOTDIR));
  EXPECT_EQ(act(path("file"), R"({"SetLen":12345678})"), kOk);
  EXPECT_EQ(act(path("file"), "Len"), R"({"Len":12345678})");
  EXPECT_EQ(act(path("file"), R"({"SetLen":3})"), kOk);
  EXPECT_EQ(read(path("file")), "con");
  EXPECT_EQ(act(path("file"), R"({"SetLen":5})"), kOk);
  EXPECT_EQ(read(path("file")), std::string("con\0\0", 5));
  EXPECT_EQ(act(path("file"), R"({"SetLen":0})"), kOk);
  EXPECT_EQ(read(path("file")), "");
}

TEST_F(Posix, Links) {
  ::symlink("loop2", on_disk("loop1").c_str());
  ::symlink("loop1", on_disk("loop2").c_str());
  for (const auto* action : {"Read", "Metadata", "Len", R"({"SetLen":1})", "CreateFile"}) {
    EXPECT_EQ(act(path("loop1"), action), error(ELOOP)) << action;
    EXPECT_EQ(act(path("loop1/x"), action), error(ELOOP)) << action;
  }
  ::symlink("nothing", on_disk("dangling").c_str());
  EXPECT_EQ(act(path("dangling"), "Metadata"), error(ENOENT));
  EXPECT_EQ(act(path("dangling"), "RemoveFile"), kOk);
  // A write through one name of a file is seen through the other.
  ASSERT_EQ(::link(on_disk("file").c_str(), on_disk("twin").c_str()), 0);
  EXPECT_EQ(act(path("twin"), "Write", "new"), kOk);
  EXPECT_EQ(read(path("file")), "new");
}

TEST_F(Posix, Directories) {
  EXPECT_EQ(act(path("file"), "CreateDir"), error(EEXIST));
  EXPECT_EQ(act(path("file/x"), "CreateDir"), error(ENOTDIR));
  EXPECT_EQ(act(path("none/x"), "CreateDir"), error(ENOENT));
  EXPECT_EQ(act(path(long_name), "CreateDir"), error(ENAMETOOLONG));
  EXPECT_EQ(act(path("full"), "RemoveDir"), error(ENOTEMPTY));
  EXPECT_EQ(act(path("file"), "RemoveDir"), error(ENOTDIR));
  ::symlink("empty", on_disk("link").c_str());
  EXPECT_EQ(act(path("link"), "RemoveDir"), error(ENOTDIR));
  EXPECT_EQ(act(path("empty"), "RemoveDir"), kOk);
}

TEST_F(Posix, S15_WhoeverExchangesADirectoryAndALinkMeanwhileWinsNothing) {
  fs::create_directory(scratch / "outside");
  scratch.write("outside/f", "outside");
  act("/p:n.os/d/dir/f", "Write", "inside");
  ::symlink((scratch / "outside").c_str(), on_disk("link").c_str());
  std::atomic<bool> done = false;
  std::thread exchanges([&] {
    while (!done) {
      ::renameat2(AT_FDCWD, on_disk("dir").c_str(), AT_FDCWD, on_disk("link").c_str(),
                  RENAME_EXCHANGE);
    }
  });
  const auto disk = Disk::open(scratch / "vfs").value();
  const auto target = VfsPath::parse("/p:n.os/d/dir/f").value();
  int inside = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto fd = disk->open_file(target, O_RDWR | O_CREAT);
    if (!fd) continue;
    EXPECT_EQ(read_range(fd->get(), 0, 7)->text().substr(0, 6), "inside");
    ++inside;
  }
  done = true;
  exchanges.join();
  EXPECT_GT(inside, 0);
  EXPECT_EQ(scratch.read("outside/f"), "outside");
}

}  // namespace
}  // namespace kinode::vfs
