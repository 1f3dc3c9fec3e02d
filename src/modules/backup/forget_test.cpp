// Old backups go, damage goes, and what is needed stays.
#include "modules/backup/forget.h"

#include "modules/backup/backup_fixture_test.h"

namespace kinode::backup {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kDayMs = 86'400'000;

Snapshot taken(std::uint8_t id, std::int64_t day, std::string node = "a.os") {
  Snapshot out;
  out.id.bytes.fill(id);
  out.node = std::move(node);
  out.unix_ms = day * kDayMs + 1'000 * id;
  return out;
}

std::vector<int> kept(const std::vector<Snapshot>& snapshots, const KeepRules& rules) {
  std::vector<int> out;
  for (const ObjectId& id : kept_snapshots(snapshots, rules)) out.push_back(id.bytes[0]);
  return out;
}

TEST(KeepRules, KeepTheNewestOfEachSpanThatHasAny) {
  const std::vector snapshots = {taken(1, 20'000), taken(2, 20'000), taken(3, 20'001),
                                 taken(4, 20'010), taken(5, 20'040), taken(6, 20'041)};
  EXPECT_THAT(kept(snapshots, {.last = 2}), ElementsAre(5, 6));
  EXPECT_THAT(kept(snapshots, {.days = 3}), ElementsAre(4, 5, 6));
  EXPECT_THAT(kept(snapshots, {.days = 5}), ElementsAre(2, 3, 4, 5, 6));
  EXPECT_THAT(kept(snapshots, {.months = 1}), ElementsAre(6));
  EXPECT_THAT(kept(snapshots, {.last = 1, .weeks = 2}), ElementsAre(4, 6));
  EXPECT_THAT(kept(snapshots, {.last = 100}), SizeIs(6));
  EXPECT_THAT(kept(snapshots, {}), IsEmpty());
}

TEST(KeepRules, HoldForEachNode) {
  EXPECT_THAT(kept({taken(1, 1), taken(2, 2), taken(3, 1, "b.os")}, {.last = 1}),
              UnorderedElementsAre(2, 3));
}

class Forget : public BackupTest {
 protected:
  RepackOptions how() {
    RepackOptions out;
    out.clock = &clock;
    out.random = &random;
    return out;
  }
  std::size_t pack_bytes() {
    std::size_t out = 0;
    for (const auto& object : *target.list("packs/")) out += object.size;
    return out;
  }
};

TEST_F(Forget, WhatNoBackupNeedsGoesAndTheRestStays) {
  write("vfs/stays", noise(300'000, 1));
  write("vfs/goes", noise(2'000'000, 2));
  backup();
  std::filesystem::remove(home("vfs/goes"));
  write("vfs/new", noise(100'000, 3));
  backup();
  const auto report = forget(*repository, {.last = 1}, how());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->forgotten, 1);
  EXPECT_EQ(report->kept, 1);
  EXPECT_LT(pack_bytes(), 500'000);
  EXPECT_EQ(pack_bytes(), report->packs.bytes_after);
  EXPECT_THAT(target.names("index/"), SizeIs(1));
  EXPECT_THAT(target.names("locks/"), IsEmpty());
  EXPECT_THAT(findings(), IsEmpty());
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
  EXPECT_EQ(backup().bytes_read, 0);
}

TEST_F(Forget, RulesThatKeepNothingAreRefused) {
  write("vfs/a", "content");
  backup();
  EXPECT_EQ(forget(*repository, {}, how()).error().code, Code::kInvalid);
  EXPECT_THAT(*repository->snapshots(), SizeIs(1));
}

TEST_F(Forget, ABackupThatCannotBeReadStopsIt) {
  write("vfs/a", "content");
  backup();
  write("vfs/b", "more");
  backup();
  for (const std::string& name : target.names("packs/")) {
    ByteVector& pack = target.objects[name];
    for (std::size_t i = 8; i < pack.size(); i += 16) pack[i] ^= 1;  // each chunk
  }
  EXPECT_EQ(forget(*repository, {.last = 1}, how()).error().code, Code::kCorrupt);
  EXPECT_THAT(*repository->snapshots(), SizeIs(2));
}

TEST_F(Forget, WhateverInterruptsItNothingNeededIsLost) {
  write("vfs/stays", noise(300'000, 1));
  write("vfs/goes", noise(900'000, 2));
  backup();
  std::filesystem::remove(home("vfs/goes"));
  backup();
  const auto objects = target.objects;
  for (std::uint64_t puts = 0;; ++puts) {
    target.objects = objects;
    target.puts_left = puts;
    const bool done = forget(*repository, {.last = 1}, how()).has_value();
    target.puts_left = 1'000;
    EXPECT_THAT(findings(), IsEmpty()) << puts;
    ASSERT_TRUE(try_restore("again" + std::to_string(puts))) << puts;
    EXPECT_EQ(tree(scratch / ("again" + std::to_string(puts))), tree(scratch / "home"));
    if (done) break;
  }
}

TEST_F(Forget, ARepairLetsTheNextBackupHealTheOldOnes) {
  write("vfs/a", noise(300'000, 1));
  write("vfs/b", noise(200'000, 2));
  backup();
  for (const std::string& name : target.names("packs/")) {
    ByteVector& pack = target.objects[name];
    if (pack.size() > 100'000) pack[100'000] ^= 1;
  }
  ASSERT_FALSE(findings().empty());
  const auto report = repair(*repository, how());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_GE(report->packs.chunks_damaged, 1);
  EXPECT_GT(backup().bytes_read, 0);
  EXPECT_THAT(findings(), IsEmpty());
  for (const Snapshot& snapshot : *repository->snapshots()) {
    RestoreOptions options;
    options.clock = &clock;
    options.durable = false;
    ASSERT_TRUE(restore(*repository, snapshot, scratch / snapshot.id.text(), options));
    EXPECT_EQ(tree(scratch / snapshot.id.text()), tree(scratch / "home"));
  }
}

TEST_F(Forget, ARepairRemovesWhatNobodyCanRead) {
  write("vfs/a", "content");
  backup();
  for (const std::string prefix : {"snapshots/", "index/"}) {
    for (const std::string& name : target.names(prefix)) target.objects[name].back() ^= 1;
  }
  const auto report = repair(*repository, how());
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->snapshots_removed, 1);
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_EQ(backup().chunks_new, 0);
}

}  // namespace
}  // namespace kinode::backup
