// Where a restore may write, and what it leaves.
#include "modules/backup/backup_fixture_test.h"
#include "modules/backup/restored_tree.h"

namespace kinode::backup {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = port::FrozenEntry::Kind;

TEST_F(BackupTest, AHomeThatIsNotEmptyIsNotTouched) {
  write("vfs/a", "content");
  backup();
  std::filesystem::create_directory(scratch / "other");
  scratch.write("other/file", "mine");
  const auto refused = try_restore("other");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("is not empty"));
  EXPECT_EQ(scratch.read("other/file"), "mine");
}

TEST_F(BackupTest, AnEmptyHomeIsFilled) {
  write("vfs/a", "content");
  backup();
  std::filesystem::create_directory(scratch / "other");
  ASSERT_TRUE(try_restore("other/"));
  EXPECT_EQ(scratch.read("other/vfs/a"), "content");
}

TEST_F(BackupTest, ARestoreThatWasCutOffIsBegunAnew) {
  write("vfs/a", "content");
  backup();
  std::filesystem::create_directories(scratch / "again.restoring");
  scratch.write("again.restoring/.kinode-restoring", "");
  scratch.write("again.restoring/half", "x");
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
}

TEST_F(BackupTest, ADirectoryOfThatNameWhichIsNoAttemptIsLeftAlone) {
  write("vfs/a", "content");
  backup();
  std::filesystem::create_directory(scratch / "again.restoring");
  scratch.write("again.restoring/mine", "x");
  EXPECT_EQ(try_restore("again").error().code, Code::kExists);
  EXPECT_EQ(scratch.read("again.restoring/mine"), "x");
}

TEST_F(BackupTest, AMissingDirectoryAboveTheHomeIsNamed) {
  write("vfs/a", "content");
  backup();
  EXPECT_THAT(try_restore("missing/again").error().detail, HasSubstr("the directory above"));
}

TEST_F(BackupTest, ADamagedBackupLeavesNothingBehind) {
  write("vfs/a", "content");
  backup();
  for (const std::string& name : target.names("packs/")) target.objects[name][20] ^= 1;
  ASSERT_FALSE(try_restore("again"));
  EXPECT_THAT(scratch.names("."), ElementsAre("home"));
}

class Tree : public ::testing::Test {
 protected:
  Tree() { std::filesystem::create_directory(scratch / "outside"); }
  static Fd directory(const std::string& path) {
    std::filesystem::create_directory(path);
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
  }
  static port::FrozenEntry entry(Kind kind, std::string path) {
    port::FrozenEntry out;
    out.kind = kind;
    out.path = std::move(path);
    out.mode = 0755;
    out.target = (kind == Kind::kLink) ? "../outside" : "";
    return out;
  }
  support::Scratch scratch;
  RestoredTree tree{directory(scratch / "root"), "root"};
};

TEST_F(Tree, NothingLeavesIt) {
  ASSERT_TRUE(tree.begin(entry(Kind::kLink, "link")));
  for (const std::string path :
       {"/etc/x", "../outside/x", "a/../../outside/x", "link/x", "", ".", "a//b", "missing/x"}) {
    EXPECT_FALSE(tree.begin(entry(Kind::kFile, path))) << path;
  }
  EXPECT_FALSE(tree.begin(entry(Kind::kFile, std::string("a\0b", 3))));
  EXPECT_FALSE(tree.begin(entry(Kind::kDirectory, "link")));
  EXPECT_THAT(scratch.names("outside"), ::testing::IsEmpty());
  EXPECT_THAT(scratch.names("root"), ElementsAre("link"));
}

TEST_F(Tree, NoFileGetsTheRightsOfAnotherUser) {
  auto file = entry(Kind::kFile, "file");
  file.mode = 04755;
  ASSERT_TRUE(tree.begin(file));
  ASSERT_TRUE(tree.finish(false));
  struct stat info{};
  ASSERT_EQ(::stat((scratch / "root/file").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0755);
}

TEST_F(Tree, AFileOfAnotherSizeIsDamage) {
  auto file = entry(Kind::kFile, "file");
  file.size = 3;
  ASSERT_TRUE(tree.begin(file));
  ASSERT_TRUE(tree.append(as_bytes("four")));
  EXPECT_EQ(tree.finish(false).error().code, Code::kCorrupt);
}

TEST(DirectoryPart, LeavesOutWhatIsMadeAnew) {
  for (const char* path :
       {".lock", ".compiled", ".compiled/x", "vfs/.staging", "vfs/.staging/x", "kernel/LOCK",
        "kernel/LOG", "kernel/LOG.old.123", "kv/p:n/db/LOG", "sqlite/p:n/db/db.db-shm"}) {
    EXPECT_TRUE(is_made_anew(path)) << path;
  }
  for (const char* path : {".keys", "kernel", "kernel/CURRENT", "kernel/000004.log", "vfs",
                           "vfs/p:n/drive/LOG", "vfs/p:n/.staging", "vfs/p:n/x/.lock", "kv/p:n/LOG",
                           "sqlite/p:n/db/db.db", "sqlite/p:n/db/db.db-wal", "kinode.toml"}) {
    EXPECT_FALSE(is_made_anew(path)) << path;
  }
}

TEST(DirectoryPart, ASocketIsNoContent) {
  support::Scratch scratch;
  ASSERT_EQ(::mkfifo((scratch / "fifo").c_str(), 0600), 0);
  scratch.write("file", "x");
  auto part = DirectoryPart::open(scratch.path());
  ASSERT_TRUE(part);
  std::vector<std::string> paths;
  ASSERT_TRUE((*part)->walk([&](const port::FrozenEntry& found) -> Status {
    paths.push_back(found.path);
    return {};
  }));
  EXPECT_THAT(paths, ElementsAre("file"));
}

}  // namespace
}  // namespace kinode::backup
