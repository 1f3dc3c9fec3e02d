// Databases as a backup sees them while programs go on.
#include <filesystem>
#include <fstream>
#include <sqlite3.h>

#include "modules/sqlite/sqlite_fixture_test.h"

namespace kinode::sqlite {

namespace {

namespace fs = std::filesystem;

class SqliteFreezerTest : public SqliteTest {
 protected:
  void SetUp() override { open_users(); }

  void freeze() {
    port::Freezable& sqlite = dynamic_cast<SqliteModule&>(module()).freezable();
    ASSERT_TRUE(sqlite.prepare_freeze());
    ASSERT_TRUE(gate.close(std::chrono::seconds(1)));
    auto frozen = sqlite.freeze();
    gate.open();
    ASSERT_TRUE(frozen) << frozen.error().detail;
    part = std::move(*frozen);
  }

  /// Writes what the part shows into another home.
  void restore() {
    fs::remove_all(home / "restored");
    const auto done = part->walk([&](const port::FrozenEntry& entry) -> Status {
      const std::string path = home / ("restored/" + entry.path);
      if (entry.kind == port::FrozenEntry::Kind::kDirectory) {
        fs::create_directories(path);
        return {};
      }
      auto content = part->open(entry);
      if (!content) return std::unexpected(content.error());
      std::string bytes(entry.size, '\0');
      const auto got = (*content)->read(0, std::as_writable_bytes(std::span(bytes)));
      EXPECT_EQ(got.value_or(0), entry.size) << entry.path;
      std::ofstream(path, std::ios::binary) << bytes;
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
  }

  /// What a statement finds in a restored database, line by line.
  std::string restored(const std::string& sql, const std::string& db = "users") {
    sqlite3* raw = nullptr;
    const std::string file = home / ("restored/sqlite/p:n.os/" + db + "/" + db + ".db");
    if (sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
      sqlite3_close(raw);
      return "no database";
    }
    std::string out;
    const auto add = [](void* to, int, char** values, char**) {
      *static_cast<std::string*>(to) += std::string(values[0]) + "\n";
      return 0;
    };
    if (sqlite3_exec(raw, sql.c_str(), add, &out, nullptr) != SQLITE_OK) out = sqlite3_errmsg(raw);
    sqlite3_close(raw);
    return out;
  }

  std::string insert(const std::string& name) {
    return write("INSERT INTO users (name) VALUES ('" + name + "')");
  }

  static constexpr const char* kNames = "SELECT name FROM users ORDER BY id";
  std::unique_ptr<port::FrozenPart> part;
};

TEST_F(SqliteFreezerTest, ShowsWhatWasCommittedBeforeTheInstantAndNothingAfter) {
  ASSERT_EQ(insert("before"), R"("Ok")");
  freeze();
  ASSERT_EQ(insert("after"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "before\n");
  EXPECT_EQ(restored("PRAGMA integrity_check"), "ok\n");
}

TEST_F(SqliteFreezerTest, ALogThatIsFullyInTheFileAtTheInstantIsNotNeeded) {
  ASSERT_EQ(insert("before"), R"("Ok")");
  ASSERT_EQ(body(R"("Backup")"), R"("Ok")");
  freeze();
  for (int i = 0; i < 50; ++i) ASSERT_EQ(insert("after" + std::to_string(i)), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "before\n");
  EXPECT_FALSE(fs::exists(home / "restored/sqlite/p:n.os/users/users.db-wal"));
}

TEST_F(SqliteFreezerTest, CheckpointsAndAFullLogMeanwhileChangeNothing) {
  ASSERT_EQ(write("CREATE TABLE big (data BLOB)"), R"("Ok")");
  ASSERT_EQ(write("INSERT INTO big VALUES (zeroblob(3000000))"), R"("Ok")");
  ASSERT_EQ(insert("before"), R"("Ok")");
  freeze();
  for (int i = 0; i < 4; ++i) {  // each is more than what the log holds before a checkpoint
    ASSERT_EQ(write("UPDATE big SET data = randomblob(5000000)"), R"("Ok")");
  }
  ASSERT_EQ(write("DELETE FROM users"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "before\n");
  EXPECT_EQ(restored("SELECT hex(substr(data, 1, 4)) || length(data) FROM big"),
            "000000003000000\n");
  EXPECT_EQ(restored("PRAGMA integrity_check"), "ok\n");
}

TEST_F(SqliteFreezerTest, AShrunkFileIsAsItWas) {
  ASSERT_EQ(write("CREATE TABLE big (data BLOB)"), R"("Ok")");
  ASSERT_EQ(write("INSERT INTO big VALUES (zeroblob(3000000))"), R"("Ok")");
  freeze();
  ASSERT_EQ(write("DELETE FROM big"), R"("Ok")");
  ASSERT_EQ(write("VACUUM"), R"("Ok")");
  restore();
  EXPECT_EQ(restored("SELECT length(data) FROM big"), "3000000\n");
  EXPECT_EQ(restored("PRAGMA integrity_check"), "ok\n");
}

TEST_F(SqliteFreezerTest, AnOpenTransactionIsNotInIt) {
  const std::string tx = begin();
  ASSERT_EQ(write("INSERT INTO users (name) VALUES ('tx')", {}, tx), R"("Ok")");
  freeze();
  ASSERT_EQ(commit(tx), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "");
}

TEST_F(SqliteFreezerTest, ADatabaseThatIsRemovedAndMadeAnewMeanwhileIsTheOldOne) {
  ASSERT_EQ(insert("old"), R"("Ok")");
  freeze();
  ASSERT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  open_users();
  ASSERT_EQ(insert("new"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "old\n");
  part.reset();
  ASSERT_EQ(insert("newer"), R"("Ok")");
  EXPECT_EQ(query("SELECT count(*) AS n FROM users"), R"([{"n":2}])");
}

TEST_F(SqliteFreezerTest, AClosedDatabaseThatIsOpenedMeanwhileIsAsItWas) {
  ASSERT_EQ(insert("old"), R"("Ok")");
  stop();
  start();
  freeze();
  ASSERT_EQ(insert("new"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "old\n");
}

TEST_F(SqliteFreezerTest, AClosedDatabaseThatIsRemovedMeanwhileIsThere) {
  ASSERT_EQ(insert("old"), R"("Ok")");
  stop();
  start();
  freeze();
  ASSERT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(kNames), "old\n");
}

TEST_F(SqliteFreezerTest, ADatabaseMadeAfterTheInstantIsNotThere) {
  freeze();
  ASSERT_EQ(body(R"("Open")", {}, kAlice, "another"), R"("Ok")");
  restore();
  EXPECT_FALSE(fs::exists(home / "restored/sqlite/p:n.os/another"));
}

TEST_F(SqliteFreezerTest, AFileThatIsNoDatabaseIsKeptAsItIs) {
  fs::create_directories(home / "sqlite/p:n.os/bad");
  const std::string junk(10'000, 'x');
  std::ofstream(home / "sqlite/p:n.os/bad/bad.db") << junk;
  freeze();
  restore();
  std::ifstream in(home / "restored/sqlite/p:n.os/bad/bad.db");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), junk);
}

TEST_F(SqliteFreezerTest, AfterItTheLogIsBegunAnewAgain) {
  ASSERT_EQ(insert("before"), R"("Ok")");
  freeze();
  restore();
  part.reset();
  ASSERT_EQ(insert("after"), R"("Ok")");
  ASSERT_EQ(body(R"("Backup")"), R"("Ok")");
  EXPECT_EQ(fs::file_size(home / "sqlite/p:n.os/users/users.db-wal"), 0u);
}

TEST_F(SqliteFreezerTest, AtAClosedGateACommitWaitsAndALongStatementDoesNot) {
  // A statement that only reads and one that has not come to its commit hold no pass.
  ASSERT_EQ(insert("before"), R"("Ok")");
  ASSERT_TRUE(gate.close(std::chrono::seconds(1)));
  EXPECT_EQ(query(kNames), R"([{"name":"before"}])");
  gate.open();
  ASSERT_EQ(insert("after"), R"("Ok")");
  EXPECT_TRUE(gate.close(std::chrono::seconds(1)));  // the pass of the commit was given back
  gate.open();
}

}  // namespace

}  // namespace kinode::sqlite
