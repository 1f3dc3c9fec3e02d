// With power durability a change is on the disk before it is acknowledged.
#include <../tests/support/sync_log.h>
#include <../tests/support/zip_writer.h>

#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

using support::SyncLog;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr const char* kOk = R"("Ok")";

class VfsDurability : public VfsTest {
 protected:
  VfsDurability() {
    begin_with(store::Durability::kPower);
    create_drive();
    SyncLog::take();
  }
  void begin_with(store::Durability durability) {
    vfs = std::make_unique<VfsModule>(scratch / "vfs", durability);
    EXPECT_TRUE(vfs->start(port));
    port.executor().run_until_idle();
    port.sent.clear();
  }
  /// What was synced since the last look, below the root of the drives.
  std::vector<std::string> synced() {
    std::vector<std::string> out;
    for (const auto& path : SyncLog::take()) {
      EXPECT_TRUE(path.starts_with(scratch / "vfs")) << path;
      out.push_back(path.substr((scratch / "vfs").size()));
    }
    return out;
  }
};

TEST_F(VfsDurability, ADriveAndItsPackageAre) {
  EXPECT_EQ(act("/p:n.os/e", "CreateDrive"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os", ""));
}

TEST_F(VfsDurability, AWholeFileIsBeforeItTakesItsPlaceAndItsNameAfterwards) {
  EXPECT_EQ(act("/p:n.os/d/a", "Write", "content"), kOk);
  EXPECT_THAT(synced(), ElementsAre(StartsWith("/.staging/"), "/p:n.os/d"));
  EXPECT_EQ(act("/p:n.os/d/a", R"({"CopyFile":{"new_path":"/p:n.os/d/b"}})"), kOk);
  EXPECT_THAT(synced(), ElementsAre(StartsWith("/.staging/"), "/p:n.os/d"));
}

TEST_F(VfsDurability, APartOfAFileIs) {
  EXPECT_EQ(act("/p:n.os/d/a", "CreateFile"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/a", "/p:n.os/d"));
  for (const auto* action : {"WriteAll", "Append", R"({"WriteAt":{"offset":4}})"}) {
    EXPECT_EQ(act("/p:n.os/d/a", action, "x"), kOk);
    EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/a")) << action;
  }
  EXPECT_EQ(act("/p:n.os/d/a", R"({"SetLen":3})"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/a"));
  EXPECT_EQ(act("/p:n.os/d/b", R"({"OpenFile":{"create":true}})"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/b", "/p:n.os/d"));
}

TEST_F(VfsDurability, NamesAre) {
  EXPECT_EQ(act("/p:n.os/d/x/y", "CreateDirAll"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/x", "/p:n.os/d", "/p:n.os", ""));
  EXPECT_EQ(act("/p:n.os/d/a", "Write", "x"), kOk);
  synced();
  EXPECT_EQ(act("/p:n.os/d/a", R"({"Rename":{"new_path":"/p:n.os/d/x/a"}})"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/x", "/p:n.os/d"));
  EXPECT_EQ(act("/p:n.os/d/x/a", "RemoveFile"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/x"));
  EXPECT_EQ(act("/p:n.os/d/x/y", "RemoveDir"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/x"));
  EXPECT_EQ(act("/p:n.os/d/x", "RemoveDirAll"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d"));
}

TEST_F(VfsDurability, AnArchiveIsBeforeAndAfterItsCommitAndInItsPlace) {
  const std::string zip = support::ZipWriter().file("a", "content").file("x/b", "more").text();
  EXPECT_EQ(act("/p:n.os/d", "AddZip", zip), kOk);
  EXPECT_THAT(synced(), ElementsAre("/.staging", "/.staging", "/.staging"));
}

TEST_F(VfsDurability, WithoutItNothingWaitsForTheDisk) {
  begin_with(store::Durability::kProcess);
  EXPECT_EQ(act("/p:n.os/d/a", "Write", "content"), kOk);
  EXPECT_EQ(act("/p:n.os/d/a", "Append", "content"), kOk);
  EXPECT_EQ(act("/p:n.os/d/x", "CreateDir"), kOk);
  EXPECT_THAT(synced(), IsEmpty());
  EXPECT_EQ(act("/p:n.os/d/a", "SyncAll"), kOk);
  EXPECT_THAT(synced(), ElementsAre("/p:n.os/d/a"));
}

}  // namespace
}  // namespace kinode::vfs
