// Names of databases, and their removal (io.md 14.1).
#include "store/database_path.h"

#include <../tests/support/scratch.h>
#include <filesystem>
#include <gtest/gtest.h>

namespace kinode::store {
namespace {

namespace fs = std::filesystem;

msg::DatabaseKey named(std::string db) { return {{"p", "n.os"}, std::move(db)}; }

TEST(DatabasePath, IsBelowThePackage) {
  EXPECT_EQ(database_directory("/home/kv", named("birthdays")).value(),
            "/home/kv/p:n.os/birthdays");
  EXPECT_TRUE(database_directory("/home/kv", named("A.b_c-9")));
  EXPECT_TRUE(database_directory("/home/kv", named("..x")));
  EXPECT_TRUE(database_directory("/home/kv", named(std::string(64, 'x'))));
}

TEST(DatabasePath, FaultS6_ANameThatLeadsElsewhereIsRefused) {
  const support::Scratch home;
  fs::create_directories(home / "p:n.os");
  for (const std::string db :
       {"", ".", "..", "../..", "/etc", "a/b", "a/../b", "a\\b", "a b", "x~", "é"}) {
    EXPECT_FALSE(database_directory(home.path(), named(db))) << db;
  }
  EXPECT_FALSE(database_directory(home.path(), named(std::string("a\0b", 3))));
  EXPECT_FALSE(database_directory(home.path(), named(std::string(65, 'x'))));
  EXPECT_FALSE(database_directory(home.path(), named(std::string(8'000'000, 'x'))));
  for (const msg::PackageId& package :
       {msg::PackageId{"..", "x/.."}, {"", ""}, {"p", ""}, {"/", "x"}, {"a:b", "c"}}) {
    EXPECT_FALSE(database_directory(home.path(), {package, "db"})) << package.text();
  }
}

TEST(DatabasePath, AnOldDatabaseOfAnotherNameIsFound) {
  const support::Scratch home;
  EXPECT_FALSE(database_directory(home.path(), named("my birthdays")));
  fs::create_directories(home / "p:n.os/my birthdays");
  EXPECT_EQ(database_directory(home.path(), named("my birthdays")).value(),
            home / "p:n.os/my birthdays");
}

TEST(DatabasePath, RemovingTakesAllOfItAndWhatAnEarlierRemovalLeft) {
  const support::Scratch home;
  const std::string db = home / "db";
  EXPECT_TRUE(remove_database_directory(db, Durability::kPower));
  fs::create_directories(db + "/inside");
  fs::create_directories(db + "~/left");
  EXPECT_TRUE(remove_database_directory(db, Durability::kPower));
  EXPECT_FALSE(fs::exists(db));
  EXPECT_FALSE(fs::exists(db + "~"));
}

}  // namespace
}  // namespace kinode::store
