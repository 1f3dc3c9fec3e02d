// What a database is like after the disk broke at any of its steps: the machine went off, there was
// no room, or nothing could be written any more.
#include <../tests/support/forgetful_vfs.h>
#include <fmt/format.h>
#include <functional>
#include <gmock/gmock.h>
#include <map>

#include "modules/sqlite/sqlite_fixture_test.h"
#include "port/database_rights.h"

namespace kinode::sqlite {
namespace {

using support::DiskFault;
using testing::AnyOf;
using testing::HasSubstr;

constexpr const char* kOk = R"("Ok")";

class SqliteOnABreakingDisk : public SqliteTest {
 protected:
  ~SqliteOnABreakingDisk() override {
    stop();
    support::ForgetfulVfs::the().put_in(nullptr);
  }

  /// Each time another database, on a disk that works.
  void begin_anew() {
    stop();
    disk = std::make_unique<support::SqliteDisk>();
    support::ForgetfulVfs::the().put_in(disk.get());
    db = fmt::format("d{}", ++made);
    states = {"none"};
    rows.clear();
    acknowledged = 0;
    refusal.clear();
    const msg::DatabaseRights rights(msg::Address::parse("a.os@sqlite:distro:sys").value(),
                                     {{"p", "n.os"}, db});
    std::ignore = port::grant(port, msg::Address::parse(kAlice).value().process, rights);
    start();
  }
  void restart() {
    stop();
    start();
  }

  bool took(const std::string& answer) {
    if (answer == kOk) {
      acknowledged = states.size() - 1;
      return true;
    }
    refusal = answer;
    return false;
  }
  std::string sql(const std::string& statement, const std::string& tx = "null") {
    return write(statement, {}, tx, kAlice, db);
  }
  static std::string insert(int key, const std::string& value) {
    return fmt::format("INSERT OR REPLACE INTO t VALUES ({}, '{}')", key, value);
  }
  /// The next state, if what is asked now is done.
  void expect_next(const std::map<int, std::string>& changes) {
    for (const auto& [key, value] : changes) rows[key] = value;
    std::string all;
    for (const auto& [key, value] : rows) {
      all += fmt::format("{}{{\"k\":{},\"v\":\"{}\"}}", all.empty() ? "" : ",", key, value);
    }
    states.push_back("[" + all + "]");
  }
  bool set_one(int key, const std::string& value) {
    expect_next({{key, value}});
    return took(sql(insert(key, value)));
  }
  bool set_two(const std::string& value) {
    const std::string begun = body(R"("BeginTx")", {}, kAlice, db);
    if (!begun.starts_with(R"({"BeginTx")")) return took(begun);
    const std::string tx = begun.substr(20, begun.find('}') - 20);
    for (int key : {100, 101}) {
      if (const auto added = sql(insert(key, value), tx); added != kOk) return took(added);
    }
    expect_next({{100, value}, {101, value}});
    return took(commit(tx, kAlice, db));
  }

  /// Writes, in two lives of the module, until something is refused.
  void live() {
    for (int life = 0; life < 2; ++life) {
      if (life > 0) restart();
      if (!took(body(R"("Open")", {}, kAlice, db))) return;
      if (life == 0) {
        expect_next({});
        if (!took(sql("CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT)"))) return;
      }
      for (int i = 0; i < 3; ++i) {
        if (!set_one(i, fmt::format("{} {}", 10 * life + i, std::string(2000, 'x')))) return;
      }
      if (!set_two(fmt::format("two {}", life))) return;
      if (!took(body(R"("Backup")", {}, kAlice, db))) return;
    }
  }

  /// Everything that the database has.
  std::string content() {
    const std::string got = query("SELECT k, v FROM t ORDER BY k", {}, kAlice, db);
    const bool none =
        got.find("NoDb") != std::string::npos || got.find("no such table") != std::string::npos;
    return none ? "none" : got;
  }
  /// Which of the states it is in; checks that it is one.
  std::size_t state_now() {
    const std::string now = content();
    const auto at = std::ranges::find(states, now);
    EXPECT_TRUE(at != states.end()) << now;
    return static_cast<std::size_t>(at - states.begin());
  }
  void expect_it_works() {
    EXPECT_EQ(body(R"("Open")", {}, kAlice, db), kOk);
    EXPECT_EQ(sql("CREATE TABLE IF NOT EXISTS t (k INTEGER PRIMARY KEY, v TEXT)"), kOk);
    EXPECT_EQ(sql(insert(7, "again")), kOk);
    EXPECT_EQ(query("SELECT v FROM t WHERE k = 7", {}, kAlice, db), R"([{"v":"again"}])");
    EXPECT_EQ(query("PRAGMA integrity_check", {}, kAlice, db), R"([{"integrity_check":"ok"}])");
  }

  /// For every step of life: it breaks there. Ends with a life in which nothing broke.
  void at_every_step(DiskFault fault, const std::function<void()>& afterwards) {
    for (std::size_t step = 1;; ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      begin_anew();
      disk->break_at(step, fault);
      live();
      const bool broke = disk->broke();
      afterwards();
      if (HasFailure()) return;
      if (!broke) {
        EXPECT_GT(step, 30u);
        return;
      }
    }
  }

  std::unique_ptr<support::SqliteDisk> disk;
  int made = 0;
  std::string db;
  std::map<int, std::string> rows;
  std::vector<std::string> states;  // what a reader may see, in the order in which it was asked for
  std::size_t acknowledged = 0;     // the newest state that was acknowledged
  std::string refusal;
};

TEST_F(SqliteOnABreakingDisk, NothingAcknowledgedIsLostWhenThePowerIs) {
  for (const unsigned kept : {0u, 60u}) {
    at_every_step(DiskFault::kEnd, [&] {
      stop();
      disk->heal();
      disk->power_cut(kept);
      start();
      EXPECT_GE(state_now(), acknowledged);
      expect_it_works();
    });
  }
}

TEST_F(SqliteOnABreakingDisk, TheEndOfTheProcessLosesNothingAcknowledged) {
  at_every_step(DiskFault::kEnd, [&] {
    stop();
    disk->heal();
    start();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works();
  });
}

TEST_F(SqliteOnABreakingDisk, AFullDiskIsAnErrorAndWithRoomItGoesOnByItself) {
  at_every_step(DiskFault::kFull, [&] {
    if (!refusal.empty())
      EXPECT_THAT(refusal, AnyOf(HasSubstr("full"), HasSubstr("unable to open")));
    EXPECT_EQ(refusal.find(home.path()), std::string::npos) << refusal;
    disk->heal();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works();
  });
}

TEST_F(SqliteOnABreakingDisk, AReadOnlyDiskIsAnErrorAndLosesNothing) {
  at_every_step(DiskFault::kReadOnly, [&] {
    // SQLite does not remember why for each of its errors.
    if (!refusal.empty()) {
      EXPECT_THAT(refusal, AnyOf(HasSubstr("Read-only file system"), HasSubstr("disk I/O error")));
    }
    disk->heal();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works();
  });
}

}  // namespace
}  // namespace kinode::sqlite
