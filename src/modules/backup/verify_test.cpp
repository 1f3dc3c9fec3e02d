// Damage, and what is said of it.
#include "modules/backup/backup_fixture_test.h"

namespace kinode::backup {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Damage : public BackupTest {
 protected:
  /// True: opening or verifying says that `name` is damaged.
  bool is_found(const std::string& name) {
    auto opened = Repository::open(target, phrase());
    if (!opened) return opened.error().detail.find(name) != std::string::npos;
    auto report = verify(**opened, {});
    if (!report) return false;
    return std::ranges::any_of(report->findings, [&](const std::string& finding) {
      return finding.find(name) != std::string::npos;
    });
  }
};

TEST_F(Damage, AFlippedBitAnywhereIsFound) {
  write("vfs/a", "some content");
  write("vfs/b", std::string(5'000, 'b'));
  write("vfs/c", noise(300, 1));
  ASSERT_TRUE(backup().chunks_new > 3);
  ASSERT_TRUE(repository->add_key(Secret::fresh_recovery_key(random), random));
  ASSERT_THAT(findings(), IsEmpty());
  std::size_t flips = 0;
  for (auto& [name, content] : target.objects) {
    for (std::size_t i = 0; i < content.size(); ++i) {
      const auto bit = static_cast<std::uint8_t>(1u << (i % 8));
      content[i] ^= bit;
      EXPECT_TRUE(is_found(name)) << name << " byte " << i;
      content[i] ^= bit;
      ++flips;
    }
  }
  EXPECT_GT(flips, 1'000);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Damage, WhatIsCutShortOrLongerIsFound) {
  write("vfs/a", "some content");
  backup();
  for (auto& [name, content] : target.objects) {
    const ByteVector whole = content;
    content.pop_back();
    EXPECT_TRUE(is_found(name)) << name;
    content = whole;
    content.push_back(0);
    EXPECT_TRUE(is_found(name)) << name;
    content.clear();
    EXPECT_TRUE(is_found(name)) << name;
    content = whole;
  }
}

TEST_F(Damage, AMissingPackNamesTheBackupsAndFilesThatAreHurt) {
  write("vfs/a", noise(3'000, 1));
  backup();
  const auto before = target.names("packs/");
  write("vfs/b", noise(3'000, 2));
  backup();
  for (const std::string& name : before) target.objects.erase(name);
  const auto found = findings();
  EXPECT_THAT(found, Contains(HasSubstr(before.front() + " is missing")));
  EXPECT_THAT(found, Contains(HasSubstr("of demo.os: vfs/a cannot be restored")));
  EXPECT_THAT(found, Not(Contains(HasSubstr("vfs/b cannot"))));
  const auto refused = try_restore("again");
  ASSERT_FALSE(refused);
  EXPECT_THAT(scratch.names("."), ::testing::ElementsAre("home"));
}

TEST_F(Damage, WhatIsDamagedIsStoredAgainByTheNextBackup) {
  write("vfs/a", noise(3'000, 1));
  backup();
  for (const std::string& name : target.names("packs/")) target.objects.erase(name);
  backup();
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
}

TEST_F(Damage, ALostIndexIsNoLoss) {
  write("vfs/a", noise(3'000, 1));
  backup();
  for (const std::string& name : target.names("index/")) target.objects[name].pop_back();
  ASSERT_TRUE(try_restore("again"));
  EXPECT_EQ(tree(scratch / "again"), tree(scratch / "home"));
  write("vfs/b", "more");
  const auto report = backup();
  EXPECT_EQ(report.bytes_read, 4);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Damage, ObjectsThatWereExchangedAreFound) {
  write("vfs/a", "one");
  backup();
  write("vfs/a", "two");
  backup();
  for (const std::string prefix : {"packs/", "snapshots/", "index/"}) {
    const auto names = target.names(prefix);
    std::swap(target.objects[names[0]], target.objects[names[1]]);
    EXPECT_TRUE(is_found(names[0])) << prefix;
    std::swap(target.objects[names[0]], target.objects[names[1]]);
  }
}

TEST_F(Damage, AStrangerIsNamed) {
  target.objects["packs/readme"] = {1, 2, 3};
  EXPECT_THAT(findings(), Contains(HasSubstr("packs/readme")));
}

TEST_F(BackupTest, AWrongPassphraseIsASentence) {
  const auto refused = Repository::open(target, phrase("wrong"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_THAT(refused.error().detail, HasSubstr("the passphrase is wrong"));
}

TEST_F(BackupTest, ARepositoryMayHaveARecoveryKeyToo) {
  const auto key = Secret::fresh_recovery_key(random);
  EXPECT_THAT(Repository::open(target, key).error().detail, HasSubstr("has no recovery key"));
  ASSERT_TRUE(repository->add_key(key, random));
  const std::string printed = key.recovery_text();
  EXPECT_EQ(printed.size(), 9 * 4 + 8);
  auto typed = Secret::recovery_key(printed);
  ASSERT_TRUE(typed);
  EXPECT_TRUE(Repository::open(target, *typed));
  EXPECT_TRUE(Repository::open(target, phrase()));
  EXPECT_FALSE(Repository::open(target, Secret::fresh_recovery_key(random)));
}

TEST_F(BackupTest, AWrongLetterOfARecoveryKeyIsSaid) {
  const std::string printed = Secret::fresh_recovery_key(random).recovery_text();
  std::string lower = printed;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  EXPECT_TRUE(Secret::recovery_key(lower));
  for (std::size_t i = 0; i < printed.size(); ++i) {
    if (printed[i] == '-') continue;
    std::string wrong = printed;
    wrong[i] = printed[i] == '7' ? '8' : '7';
    EXPECT_FALSE(Secret::recovery_key(wrong)) << i;
  }
  EXPECT_THAT(Secret::recovery_key("ABCD").error().detail, HasSubstr("missing"));
}

TEST_F(BackupTest, WhatIsNoRepositoryIsSaid) {
  MemoryTarget other;
  EXPECT_EQ(Repository::open(other, phrase()).error().code, Code::kNotFound);
  other.objects["photo"] = {1};
  EXPECT_EQ(Repository::create(other, phrase(), random, kCheap).error().code, Code::kExists);
  EXPECT_FALSE(*Repository::is_there(other));
  EXPECT_TRUE(*Repository::is_there(target));
}

TEST_F(BackupTest, NothingOfANameOrContentCanBeReadInTheTarget) {
  write("vfs/recognisable-name", "recognisable content");
  backup();
  for (const auto& [name, content] : target.objects) {
    EXPECT_EQ(as_text(content).find("recognisable"), std::string_view::npos) << name;
    EXPECT_EQ(as_text(content).find("demo.os"), std::string_view::npos) << name;
  }
}

}  // namespace
}  // namespace kinode::backup
