// What survives the end of the machine because it was synced in time.
#include <../tests/support/scratch.h>
#include <../tests/support/sync_log.h>
#include <filesystem>
#include <gmock/gmock.h>

#include "store/database_path.h"
#include "store/files.h"

namespace kinode::store {
namespace {

using support::SyncLog;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(DurableDirectories, EveryNewNameIsSyncedAndNoOther) {
  const support::Scratch home;
  SyncLog::take();
  EXPECT_FALSE(make_directories(home / "a/b/c", Durability::kPower));
  EXPECT_THAT(SyncLog::take(), ElementsAre(home / "a/b", home / "a", home.path()));
  EXPECT_FALSE(make_directories(home / "a/b/d", Durability::kPower));
  EXPECT_THAT(SyncLog::take(), ElementsAre(home / "a/b"));
  EXPECT_FALSE(make_directories(home / "a/b/c", Durability::kPower));
  EXPECT_FALSE(make_directories(home / "a/e/f", Durability::kProcess));
  EXPECT_THAT(SyncLog::take(), IsEmpty());
  EXPECT_TRUE(std::filesystem::is_directory(home / "a/e/f"));
}

TEST(DurableDirectories, AFileInTheWayIsAnError) {
  const support::Scratch home;
  home.write("a", "");
  EXPECT_EQ(make_directories(home / "a/b", Durability::kPower), std::errc::not_a_directory);
}

TEST(DurableDirectories, ARemovedDatabaseDoesNotComeBack) {
  const support::Scratch home;
  EXPECT_FALSE(make_directories(home / "p:n.os/db", Durability::kProcess));
  SyncLog::take();
  EXPECT_TRUE(remove_database_directory(home / "p:n.os/db", Durability::kPower));
  EXPECT_THAT(SyncLog::take(), ElementsAre(home / "p:n.os"));
}

}  // namespace
}  // namespace kinode::store
