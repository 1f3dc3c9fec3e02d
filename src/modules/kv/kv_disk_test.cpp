// What a database is like after the disk broke at any of its steps: the machine went off, there was
// no room, or nothing could be written any more.
#include <../tests/support/forgetful_fs.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "modules/kv/kv_fixture_test.h"
#include "port/database_rights.h"

namespace kinode::kv {
namespace {

using store::Durability;
using support::DiskFault;
using testing::AnyOf;
using testing::HasSubstr;

class KvOnABreakingDisk : public support::DatabaseTest {
 protected:
  KvOnABreakingDisk() : DatabaseTest("a.os@kv:distro:sys", "birthdays") {}
  ~KvOnABreakingDisk() override { stop(); }

  std::unique_ptr<port::Module> make_module() override {
    return std::make_unique<KvModule>(KvConfig{home / "kv", durability, env.get()});
  }

  /// Each time another database, on a disk that works.
  void begin_anew() {
    stop();
    steps = std::make_unique<support::DiskSteps>();
    env = rocksdb::NewCompositeEnv(std::make_shared<support::ForgetfulFs>(*steps));
    db = fmt::format("d{}", ++made);
    states = {"[]"};
    values.clear();
    acknowledged = 0;
    refusal.clear();
    // So that reading does not depend on whether Open came to grant it.
    const msg::DatabaseRights rights(msg::Address::parse("a.os@kv:distro:sys").value(),
                                     {{"p", "n.os"}, db});
    std::ignore = port::grant(port, msg::Address::parse(kAlice).value().process, rights);
    start();
  }
  void restart() {
    stop();
    start();
  }

  std::string ask_db(std::string_view action, std::optional<std::string> blob = {}) {
    return body(action, std::move(blob), kAlice, db);
  }

  /// Whether the last change was acknowledged.
  bool took(const std::string& answer) {
    if (answer == R"("Ok")") {
      acknowledged = states.size() - 1;
      return true;
    }
    refusal = answer;
    return false;
  }
  /// The next state, if what is asked now is done.
  void expect_next(const std::map<int, std::string>& changes) {
    for (const auto& [key, value] : changes) values[key] = value;
    std::string all;
    for (const auto& [key, value] : values) {
      all += fmt::format("{}[[{}],[{}]]", all.empty() ? "" : ",", key,
                         fmt::join(std::vector<int>(value.begin(), value.end()), ","));
    }
    states.push_back("[" + all + "]");
  }
  bool set_one(int key, const std::string& value) {
    expect_next({{key, value}});
    return took(ask_db(fmt::format(R"({{"Set":{{"key":[{}]}}}})", key), value));
  }
  bool set_two(const std::string& value) {
    std::string begun = ask_db(R"("BeginTx")");
    if (!begun.starts_with(R"({"BeginTx")")) return took(begun);
    const std::string tx = begun.substr(20, begun.find('}') - 20);
    for (int key : {100, 101}) {
      const std::string added =
          ask_db(fmt::format(R"({{"Set":{{"key":[{}],"tx_id":{}}}}})", key, tx), value);
      if (added != R"("Ok")") return took(added);
    }
    expect_next({{100, value}, {101, value}});
    return took(ask_db(fmt::format(R"({{"Commit":{{"tx_id":{}}}}})", tx)));
  }

  /// Writes, in two lives of the module, until something is refused.
  void live() {
    for (int life = 0; life < 2; ++life) {
      if (life > 0) restart();
      if (!took(ask_db(R"("Open")"))) return;
      for (int i = 0; i < 4; ++i) {
        if (!set_one(i, fmt::format("{}", 10 * life + i))) return;
      }
      if (!set_two(fmt::format("two {}", life))) return;
    }
  }

  /// Everything that the database has.
  std::string content() {
    const auto got = ask(R"({"Scan":{}})", {}, kAlice, db);
    if (got.body.find("NoDb") != std::string::npos) return "[]";
    return got.blob.value_or(got.body);
  }
  /// Which of the states it is in; checks that it is one.
  std::size_t state_now() {
    const std::string now = content();
    const auto at = std::ranges::find(states, now);
    EXPECT_TRUE(at != states.end()) << now;
    return static_cast<std::size_t>(at - states.begin());
  }
  void expect_it_works() {
    EXPECT_EQ(ask_db(R"("Open")"), R"("Ok")");
    EXPECT_EQ(ask_db(R"({"Set":{"key":[7]}})", "again"), R"("Ok")");
    EXPECT_EQ(ask(R"({"Get":[7]})", {}, kAlice, db).blob, "again");
  }

  /// What failed beside the requests is told to the first that writes.
  void expect_it_works_soon(const std::string& complaint) {
    const auto first = ask_db(R"({"Set":{"key":[7]}})", "x");
    EXPECT_THAT(first, AnyOf(R"("Ok")", HasSubstr(complaint)));
    expect_it_works();
  }

  /// For every step of life: it breaks there. Ends with a life in which nothing broke.
  void at_every_step(DiskFault fault, const std::function<void()>& afterwards) {
    for (std::size_t step = 1;; ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      begin_anew();
      steps->break_at(step, fault);
      live();
      const bool broke = steps->broke();
      afterwards();
      if (HasFailure()) return;
      if (!broke) {
        EXPECT_GT(step, 30u);
        return;
      }
    }
  }

  void after_a_power_cut(unsigned kept) {
    stop();
    steps->heal();
    steps->power_cut(kept);
    start();
  }

  Durability durability = Durability::kProcess;
  std::unique_ptr<support::DiskSteps> steps;
  std::unique_ptr<rocksdb::Env> env;
  int made = 0;
  std::string db;
  std::map<int, std::string> values;
  std::vector<std::string> states;  // what a reader may see, in the order in which it was asked for
  std::size_t acknowledged = 0;     // the newest state that was acknowledged
  std::string refusal;
};

TEST_F(KvOnABreakingDisk, WithPowerDurabilityNothingAcknowledgedIsLostWhenThePowerIs) {
  durability = Durability::kPower;
  for (const unsigned kept : {0u, 50u}) {
    at_every_step(DiskFault::kEnd, [&] {
      after_a_power_cut(kept);
      EXPECT_GE(state_now(), acknowledged);
      expect_it_works();
    });
  }
}

TEST_F(KvOnABreakingDisk, WithoutItWhatIsLeftOfAPowerCutIsAStateThatWas) {
  at_every_step(DiskFault::kEnd, [&] {
    after_a_power_cut(50);
    state_now();
    expect_it_works();
  });
}

TEST_F(KvOnABreakingDisk, TheEndOfTheProcessLosesNothingAcknowledged) {
  at_every_step(DiskFault::kEnd, [&] {
    stop();
    steps->heal();
    start();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works();
  });
}

TEST_F(KvOnABreakingDisk, AFullDiskIsAnErrorAndWithRoomItGoesOnByItself) {
  at_every_step(DiskFault::kFull, [&] {
    if (!refusal.empty()) EXPECT_THAT(refusal, HasSubstr("free some space"));
    EXPECT_EQ(refusal.find(home.path()), std::string::npos) << refusal;
    steps->heal();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works_soon("free some space");
  });
}

TEST_F(KvOnABreakingDisk, AReadOnlyDiskIsAnErrorAndLosesNothing) {
  at_every_step(DiskFault::kReadOnly, [&] {
    if (!refusal.empty()) EXPECT_THAT(refusal, HasSubstr("the node may not write its home"));
    steps->heal();
    EXPECT_GE(state_now(), acknowledged);
    expect_it_works_soon("the node may not write its home");
  });
}

}  // namespace
}  // namespace kinode::kv
