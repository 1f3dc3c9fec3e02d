// Databases that others wrote, where they wrote them, and damaged ones (io.md 10.1).
#include <filesystem>
#include <gmock/gmock.h>

#include "modules/sqlite/sqlite_fixture_test.h"
#include "msg/database_key.h"

namespace kinode::sqlite {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class SqliteOldDataTest : public SqliteTest {
 protected:
  void SetUp() override {
    for (const auto right : {msg::DatabaseRight::kRead, msg::DatabaseRight::kWrite}) {
      port.capabilities.emplace(
          msg::Address::parse(kAlice).value().process,
          msg::database_capability(msg::Address::parse("a.os@sqlite:distro:sys").value(), right,
                                   {{"p", "n.os"}, "users"}));
    }
  }
  /// The file of the corpus, its log not yet in it.
  void bring(const std::string& folder) const {
    fs::create_directories(folder);
    for (const auto* part : {"users.db", "users.db-wal"}) {
      fs::copy_file(support::corpus("sqlite-3.45/") + part, folder + "/" + part);
    }
  }
  std::string folder() const { return home / "sqlite/p:n.os/users"; }

  void expect_the_users() {
    EXPECT_EQ(query("SELECT id, name, score, avatar, note FROM users ORDER BY id"),
              R"([{"avatar":"AP8Q","id":1,"name":"Ada","note":"plain","score":1.5},)"
              R"({"avatar":null,"id":2,"name":"Bob","note":null,"score":null},)"
              R"({"avatar":"","id":3,"name":"Zoë","note":"dGVzdA==","score":0.0},)"
              R"({"avatar":null,"id":4,"name":"only in the WAL","note":null,"score":4.0}])");
  }
};

TEST_F(SqliteOldDataTest, ADatabaseOfSqlite345WithAnUnreadLogIsReadAndWritten) {
  bring(folder());
  expect_the_users();
  EXPECT_EQ(query("SELECT u.name, count(p.id) n FROM users u JOIN posts p ON p.author = u.id "
                  "GROUP BY u.id ORDER BY n DESC"),
            R"([{"n":2,"name":"Ada"},{"n":1,"name":"Zoë"}])");
  EXPECT_THAT(query("SELECT count(*) n FROM search WHERE search MATCH 'zzz'"), HasSubstr("\"n\":"));
  EXPECT_THAT(query("SELECT a FROM strict_t"), HasSubstr("9007199254740993"));
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('new')"), R"("Ok")");
  EXPECT_EQ(write("INSERT INTO search VALUES ('also new')"), R"("Ok")");
  stop();
  start();
  EXPECT_EQ(query("SELECT name FROM users WHERE id > 3"),
            R"([{"name":"only in the WAL"},{"name":"new"}])");
  EXPECT_EQ(query("SELECT body FROM search WHERE search MATCH 'also'"), R"([{"body":"also new"}])");
}

TEST_F(SqliteOldDataTest, AFileThatKinode0910LeftInItsWorkingDirectoryIsBroughtHome) {
  bring(home / "old");
  fs::create_directories(folder());
  expect_the_users();
  EXPECT_TRUE(fs::exists(folder() + "/users.db"));
  EXPECT_FALSE(fs::exists(home / "old/users.db"));
  EXPECT_TRUE(fs::exists(home / "old/users.db.moved"));
}

TEST_F(SqliteOldDataTest, AFileInTheWorkingDirectoryIsNotForWhoAsksForANewDatabase) {
  bring(home / "old");
  EXPECT_EQ(body(R"("Open")"), R"("Ok")");
  EXPECT_THAT(query("SELECT * FROM users"), HasSubstr("no such table"));
  EXPECT_TRUE(fs::exists(home / "old/users.db"));
}

TEST_F(SqliteOldDataTest, ADamagedFileIsAnErrorAndOthersGoOn) {
  for (const bool everywhere : {true, false}) {
    stop();
    fs::remove_all(folder());
    start();
    bring(folder());
    fs::remove(folder() + "/users.db-wal");
    auto content = home.read("sqlite/p:n.os/users/users.db");
    for (std::size_t i = everywhere ? 0 : 4096; i < content.size(); ++i) content[i] ^= 0x55;
    home.write("sqlite/p:n.os/users/users.db", content);
    const Reply reply = ask(R"({"Query":"SELECT * FROM users"})");
    EXPECT_THAT(reply.body, HasSubstr("RusqliteError"));
    EXPECT_EQ(reply.blob, R"({"kind":"Corrupt"})") << reply.body;
    EXPECT_THAT(reply.body, Not(HasSubstr(home.path())));
    EXPECT_EQ(body(R"("Open")", {}, kAlice, "other"), R"("Ok")");
    EXPECT_EQ(write("CREATE TABLE IF NOT EXISTS t (x)", {}, "null", kAlice, "other"), R"("Ok")");
    EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
    EXPECT_EQ(body(R"("Open")"), R"("Ok")");
    EXPECT_EQ(write("CREATE TABLE t (x)"), R"("Ok")");
  }
}

TEST_F(SqliteOldDataTest, ADamagedLogCostsOnlyWhatWasInIt) {
  bring(folder());
  auto log = home.read("sqlite/p:n.os/users/users.db-wal");
  for (std::size_t i = 64; i < log.size(); i += 7) log[i] ^= 0x55;
  home.write("sqlite/p:n.os/users/users.db-wal", log);
  EXPECT_EQ(query("SELECT count(*) n FROM users"), R"([{"n":3}])");
  EXPECT_EQ(write("INSERT INTO users (name) VALUES ('new')"), R"("Ok")");
}

TEST_F(SqliteOldDataTest, AHomeThatCannotBeWrittenIsAnError) {
  home.write("sqlite", "a file where a directory should be");
  EXPECT_THAT(body(R"("Open")"), HasSubstr("IOError"));
  fs::remove(home / "sqlite");
  EXPECT_EQ(body(R"("Open")"), R"("Ok")");
}

}  // namespace
}  // namespace kinode::sqlite
