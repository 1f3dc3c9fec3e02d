// Command lines of backups, and what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/backup_config.h"
#include "node/backup_text.h"

namespace kinode::node {
namespace {

using Action = BackupCommand::Action;
using ::testing::HasSubstr;

ParsedBackup parse(std::vector<const char*> args) {
  args.insert(args.begin(), "kinode");
  EXPECT_TRUE(is_backup_command(static_cast<int>(args.size()), args.data()));
  return parse_backup_command(static_cast<int>(args.size()), args.data());
}

TEST(BackupCommandLine, NamesHomeAndTarget) {
  const auto backup = parse({"backup", "home", "target"});
  ASSERT_TRUE(backup.command) << backup.text;
  EXPECT_EQ(backup.command->action, Action::kBackup);
  EXPECT_EQ(backup.command->home, "home");
  EXPECT_EQ(backup.command->target, "target");
  const auto restore = parse({"restore", "target", "home", "--snapshot", "4f1c"});
  ASSERT_TRUE(restore.command) << restore.text;
  EXPECT_EQ(restore.command->action, Action::kRestore);
  EXPECT_EQ(restore.command->home, "home");
  EXPECT_EQ(restore.command->snapshot, "4f1c");
  EXPECT_EQ(parse({"backup", "list", "t"}).command->action, Action::kList);
  EXPECT_EQ(parse({"backup", "verify", "t"}).command->action, Action::kVerify);
}

TEST(BackupCommandLine, AHomeNamedBackupIsWrittenWithItsPath) {
  const std::array args = {"kinode", "./backup"};
  EXPECT_FALSE(is_backup_command(2, args.data()));
  EXPECT_FALSE(is_backup_command(1, args.data()));
  EXPECT_EQ(parse({"backup", "./list", "target"}).command->home, "./list");
}

TEST(BackupCommandLine, WhatIsMissingIsSaid) {
  for (const auto& parsed : {parse({"backup"}), parse({"backup", "home"}), parse({"restore", "t"}),
                             parse({"backup", "list"}), parse({"backup", "h", "t", "--snapshot"}),
                             parse({"backup", "h", "t", "--recovery-key", "--add-recovery-key"})}) {
    EXPECT_FALSE(parsed.command);
    EXPECT_EQ(parsed.exit_code, kUsage);
    EXPECT_THAT(parsed.text, HasSubstr("kinode: "));
  }
  EXPECT_THAT(parse({"backup", "--help"}).text, HasSubstr("Examples:"));
  EXPECT_THAT(parse({"restore", "--help"}).text, HasSubstr("--snapshot"));
}

TEST(BackupCommandLine, ForgettingTakesRules) {
  const auto forget = parse({"backup", "forget", "t", "--keep-last", "3", "--keep-months", "12"});
  ASSERT_TRUE(forget.command) << forget.text;
  EXPECT_EQ(forget.command->action, Action::kForget);
  EXPECT_EQ(forget.command->keep.last, 3u);
  EXPECT_EQ(forget.command->keep.days, 0u);
  EXPECT_EQ(forget.command->keep.months, 12u);
  EXPECT_FALSE(parse({"backup", "forget", "t", "--keep-last", "-1"}).command);
  EXPECT_TRUE(parse({"backup", "verify", "t", "--repair"}).command->repair);
}

TEST(BackupText, FiguresAreForPeople) {
  EXPECT_EQ(size_text(999), "999 bytes");
  EXPECT_EQ(size_text(1'000), "1.0 KB");
  EXPECT_EQ(size_text(999'960), "1.0 MB");
  EXPECT_EQ(size_text(5'000'000'000), "5.0 GB");
  EXPECT_EQ(count_text(7), "7");
  EXPECT_EQ(count_text(50'000), "50,000");
  EXPECT_EQ(count_text(1'234'567), "1,234,567");
  EXPECT_EQ(time_text(1'700'000'000'000), "2023-11-14 22:13:20");
}

backup::Snapshot snapshot(std::uint8_t id, std::string node, std::int64_t unix_ms) {
  backup::Snapshot out;
  out.id.bytes.fill(id);
  out.node = std::move(node);
  out.unix_ms = unix_ms;
  return out;
}

TEST(ChooseSnapshot, TakesTheNewestOrTheOneThatBeginsSo) {
  const std::vector one_node = {snapshot(0x11, "a.os", 1), snapshot(0x12, "a.os", 2)};
  EXPECT_EQ(choose_snapshot(one_node, "")->id, one_node[1].id);
  EXPECT_EQ(choose_snapshot(one_node, "11")->id, one_node[0].id);
  EXPECT_THAT(choose_snapshot(one_node, "1").error().detail, HasSubstr("more than one"));
  EXPECT_THAT(choose_snapshot(one_node, "7").error().detail, HasSubstr("no backup begins"));
  EXPECT_THAT(choose_snapshot({}, "").error().detail, HasSubstr("no backup yet"));
  const std::vector two_nodes = {snapshot(0x11, "a.os", 1), snapshot(0x12, "b.os", 2)};
  EXPECT_THAT(choose_snapshot(two_nodes, "").error().detail, HasSubstr("a.os and of b.os"));
}

}  // namespace
}  // namespace kinode::node
