// A home that goes into a repository and comes back.
#include "base/limits.h"
#include "modules/backup/backup_fixture_test.h"
#include "modules/backup/directory_target.h"
#include "modules/backup/home_manifest.h"
#include "modules/backup/manifest_reader.h"
#include "modules/backup/writer_lock.h"

namespace kinode::backup {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::size_t kMb = 1u << 20;

TEST_F(BackupTest, EveryFileDirectoryAndLinkComesBack) {
  write(".keys", "secret");
  ::chmod(home(".keys").c_str(), 0600);
  write("vfs/app:demo.os/drive/empty", "");
  write("vfs/app:demo.os/drive/strange \\ name\n", "content");
  write("vfs/app:demo.os/drive/large", noise(9 * kMb, 1) + std::string(9 * kMb, 'x'));
  write("vfs/app:demo.os/drive/program", "#!");
  ::chmod(home("vfs/app:demo.os/drive/program").c_str(), 0755);
  std::filesystem::create_directory(home("vfs/nothing"));
  ::symlink("../elsewhere", home("vfs/link").c_str());
  ::chmod(home("vfs/nothing").c_str(), 0500);

  const auto report = backup();
  EXPECT_EQ(report.snapshot.files, 5);
  EXPECT_EQ(report.snapshot.links, 1);
  EXPECT_EQ(report.bytes_read, report.snapshot.bytes);
  EXPECT_THAT(findings(), IsEmpty());

  const auto restored = try_restore("again");
  ASSERT_TRUE(restored) << restored.error().detail;
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "again.restoring"));
}

TEST_F(BackupTest, ASecondRunReadsNothingThatDidNotChange) {
  for (int i = 0; i < 2'000; ++i) write("vfs/f" + std::to_string(i), noise(200, i));
  const auto first = backup();
  write("vfs/f7", "changed");
  const auto second = backup();
  EXPECT_EQ(second.snapshot.files, first.snapshot.files);
  EXPECT_EQ(second.bytes_read, 7);
  EXPECT_LT(second.bytes_stored, first.bytes_stored / 3);
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
}

TEST_F(BackupTest, AnInsertionIntoALargeFileStoresOnlyWhatIsNew) {
  const std::string content = noise(24 * kMb, 5);
  write("vfs/large", content);
  backup();
  write("vfs/large", "inserted" + content);
  const auto second = backup();
  EXPECT_EQ(second.bytes_read, content.size() + 8);
  EXPECT_LT(second.bytes_stored, 5 * kMb);
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
}

TEST_F(BackupTest, EqualContentIsStoredOnce) {
  const std::string content = noise(3 * kMb, 5);
  write("vfs/a", content);
  write("vfs/b", content);
  EXPECT_LT(backup().bytes_stored, 4 * kMb);
}

TEST_F(BackupTest, AnEarlierBackupCanBeRestoredToo) {
  write("vfs/a", "old");
  const auto first = backup();
  write("vfs/a", "new");
  backup();
  auto snapshots = repository->snapshots();
  ASSERT_TRUE(snapshots);
  ASSERT_THAT(*snapshots, SizeIs(2));
  EXPECT_EQ(snapshots->front(), first.snapshot);
  RestoreOptions how;
  how.clock = &clock;
  ASSERT_TRUE(restore(*repository, snapshots->front(), scratch / "again", how));
  EXPECT_EQ(scratch.read("again/vfs/a"), "old");
}

TEST_F(BackupTest, WhatCannotBeReadBackIsNoBackup) {
  write("vfs/a", "content");
  for (const std::string prefix : {"packs/", "index/", "snapshots/"}) {
    target.spoil_prefix = prefix;
    const auto report = try_backup();
    ASSERT_FALSE(report) << prefix;
    EXPECT_EQ(report.error().code, Code::kCorrupt);
    EXPECT_THAT(target.names("snapshots/"), IsEmpty()) << prefix;
  }
  EXPECT_THAT(target.names("locks/"), IsEmpty());
}

TEST_F(BackupTest, ACutOffBackupLeavesNoSnapshotAndTheNextOneUsesItsPacks) {
  for (int i = 0; i < 40; ++i) write("vfs/f" + std::to_string(i), noise(kMb, i));
  target.puts_left = 3;  // a lock and two packs
  const auto cut_off = try_backup();
  ASSERT_FALSE(cut_off);
  EXPECT_THAT(cut_off.error().detail, HasSubstr("full"));
  EXPECT_THAT(*repository->snapshots(), IsEmpty());
  const std::size_t packs = target.names("packs/").size();
  ASSERT_GT(packs, 0);

  target.puts_left = 1'000;
  const auto report = backup();
  EXPECT_LT(report.bytes_stored, (40 - 14 * packs) * kMb);
  EXPECT_THAT(findings(), IsEmpty());
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
}

TEST_F(BackupTest, AStoppedBackupIsNone) {
  write("vfs/a", "content");
  const std::atomic<bool> stop = true;
  auto how = options();
  how.stop = &stop;
  EXPECT_EQ(try_backup(target, how).error().code, Code::kUnavailable);
  EXPECT_THAT(target.names("snapshots/"), IsEmpty());
}

TEST_F(BackupTest, ProgressIsTold) {
  write("vfs/a", "content");
  BackupProgress last;
  auto how = options();
  how.progress = [&](const BackupProgress& progress) { last = progress; };
  ASSERT_TRUE(try_backup(target, how));
  EXPECT_EQ(last.entries, 2);
  EXPECT_EQ(last.bytes, 7);
}

TEST_F(BackupTest, ASecondWriterIsToldWhoWrites) {
  auto lock = WriterLock::take(target, clock, random, "process 1 of another machine");
  ASSERT_TRUE(lock);
  const auto refused = try_backup();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnavailable);
  EXPECT_THAT(refused.error().detail, HasSubstr("process 1 of another machine"));
}

TEST_F(BackupTest, AWriterThatDiedDoesNotLockForever) {
  const std::string name = "locks/" + ObjectId::random(random).text();
  target.objects[name] = encode_lock({clock.unix_ms() + 900'000, "process 1 of another machine"});
  EXPECT_FALSE(try_backup());
  clock.advance(std::chrono::minutes(16));
  EXPECT_TRUE(try_backup());
}

TEST_F(BackupTest, AWriterOfThisMachineThatDiedLocksNotAtAll) {
  std::string holder = this_holder();
  EXPECT_FALSE(holder_is_gone(holder));
  holder.replace(holder.find(' ') + 1, holder.find(" of ") - holder.find(' ') - 1, "2147483646");
  EXPECT_TRUE(holder_is_gone(holder));
  const std::string name = "locks/" + ObjectId::random(random).text();
  target.objects[name] = encode_lock({clock.unix_ms() + 900'000, holder});
  EXPECT_TRUE(try_backup());
}

TEST_F(BackupTest, AFileThatShrinksWhileItIsReadIsAnError) {
  class Shrinking final : public port::FrozenPart, public port::FrozenContent {
    Status walk(const Visit& visit) override {
      port::FrozenEntry entry;
      entry.path = "kernel/a";
      entry.size = 10;
      return visit(entry);
    }
    Result<std::unique_ptr<port::FrozenContent>> open(const port::FrozenEntry&) override {
      return std::make_unique<Shrinking>();
    }
    Result<std::size_t> read(std::uint64_t, std::span<std::byte>) override { return 0; }
  } part;
  port::FrozenPart* parts[] = {&part};
  const auto report = write_backup(*repository, parts, options());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().detail, HasSubstr("kernel/a became shorter"));
}

TEST_F(BackupTest, AFileOfMoreChunksThanOneEntryHoldsComesBackWhole) {
  const ChunkIndex nothing;
  std::vector<ChunkId> chunks(3 * limits::kBackupEntryChunksMax + 1);
  for (ChunkId& id : chunks) random.fill(id.bytes);
  ChunkStore store(*repository, nothing, random, 1, false);
  HomeManifest manifest(store);
  for (const std::string path : {"before", "huge", "after"}) {
    port::FrozenEntry file;
    file.path = path;
    PendingEntry& pending = manifest.begin(std::move(file));
    if (path == "huge") pending.chunks.assign(chunks.begin(), chunks.end());
    pending.complete();
  }
  Snapshot snapshot;
  auto segments = manifest.finish();
  auto packs = store.close();
  ASSERT_TRUE(segments && packs);
  snapshot.segments = *segments;
  ChunkIndex index;
  for (const PackContents& pack : *packs) ASSERT_TRUE(index.add(pack));

  std::map<std::string, std::vector<ChunkId>> found;
  std::string path;
  ASSERT_TRUE(walk_snapshot(*repository, index, snapshot, [&](ManifestEntry& entry) -> Status {
    if (!entry.continued) path = entry.entry.path;
    found[path].insert(found[path].end(), entry.chunks.begin(), entry.chunks.end());
    return {};
  }));
  EXPECT_THAT(found, SizeIs(3));
  EXPECT_EQ(found["huge"], chunks);
}

TEST_F(BackupTest, ADirectoryTargetHoldsTheSame) {
  write("vfs/a", noise(5 * kMb, 3));
  DirectoryTarget directory(scratch / "backups/home");
  ASSERT_TRUE(Repository::create(directory, phrase(), random, kCheap));
  const auto report = try_backup(directory, options());
  ASSERT_TRUE(report) << report.error().detail;
  auto opened = Repository::open(directory, phrase());
  ASSERT_TRUE(opened);
  RestoreOptions how;
  how.clock = &clock;
  ASSERT_TRUE(restore(**opened, report->snapshot, scratch / "again", how));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
  EXPECT_THAT(scratch.names("backups/home"),
              ::testing::ElementsAre("config", "index", "keys", "locks", "packs", "snapshots"));
}

}  // namespace
}  // namespace kinode::backup
