// SQL databases on real threads.
#include <../tests/support/asking_port.h>
#include <../tests/support/scratch.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

#include "modules/sqlite/sqlite_module.h"

namespace kinode::sqlite {
namespace {

TEST(SqliteOnThreads, ManyProcessesUseMoreDatabasesThanMayBeOpen) {
  constexpr int kRounds = 15;
  const support::Scratch home;
  support::AskingPort port;
  SqliteModule sqlite({home / "sqlite", "", nullptr});
  ASSERT_TRUE(sqlite.start(port));
  const auto ask = [&](int process, int db, const std::string& action) {
    return port.ask(sqlite, fmt::format("m{}:p:n.os", process),
                    fmt::format(R"({{"package_id":{{"package_name":"p","publisher_node":"n.os"}},)"
                                R"("db":"db{}","action":{}}})",
                                db, action));
  };
  const auto write = [&](int process, int db, const std::string& sql) {
    return ask(process, db, fmt::format(R"({{"Write":{{"statement":"{}"}}}})", sql)).body;
  };
  for (int db = 0; db < 4; ++db) {
    ASSERT_EQ(write(0, db, "CREATE TABLE t (p, n)"), R"("Ok")");
  }
  {
    std::vector<std::jthread> processes;
    processes.reserve(4);
    for (int p = 0; p < 4; ++p) {
      processes.emplace_back([&, p] {
        for (int round = 1; round <= kRounds; ++round) {
          for (int db = 0; db < 4; ++db) {
            EXPECT_EQ(write(p, db, fmt::format("INSERT INTO t VALUES ({}, {})", p, round)),
                      R"("Ok")");
            const std::string count =
                fmt::format(R"({{"Query":"SELECT count(*) c FROM t WHERE p = {}"}})", p);
            EXPECT_EQ(ask(p, db, count).blob, fmt::format("[{{\"c\":{}}}]", round));
          }
          if (round % 5 == 0) {
            sqlite.process_ended(msg::ProcessId::parse(fmt::format("m{}:p:n.os", p)).value());
          }
        }
      });
    }
  }
  port.stop(sqlite);
}

}  // namespace
}  // namespace kinode::sqlite
