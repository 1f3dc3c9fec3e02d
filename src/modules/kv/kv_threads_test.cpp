// The key-value store on real threads.
#include <../tests/support/asking_port.h>
#include <../tests/support/scratch.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

#include "modules/kv/kv_module.h"

namespace kinode::kv {
namespace {

TEST(KvOnThreads, ManyProcessesUseMoreDatabasesThanMayBeOpen) {
  constexpr int kRounds = 20;
  const support::Scratch home;
  support::AskingPort port;
  KvModule kv({home / "kv", store::Durability::kProcess, nullptr});
  ASSERT_TRUE(kv.start(port));
  {
    std::vector<std::jthread> processes;
    processes.reserve(4);
    for (int p = 0; p < 4; ++p) {
      processes.emplace_back([&, p] {
        const std::string name = fmt::format("m{}:p:n.os", p);
        const auto ask = [&](int db, const std::string& action,
                             std::optional<std::string> blob = {}) {
          return port.ask(kv, name,
                          fmt::format(R"({{"package_id":{{"package_name":"p","publisher_node":)"
                                      R"("n.os"}},"db":"db{}","action":{}}})",
                                      db, action),
                          std::move(blob));
        };
        for (int round = 0; round < kRounds; ++round) {
          for (const int db : {round % 12, p}) {  // its own, and one after the other of all
            const std::string set = fmt::format(R"({{"Set":{{"key":[{}]}}}})", p);
            const std::string value = fmt::format("{} {}", p, round);
            EXPECT_EQ(ask(db, set, value).body, R"("Ok")");
            EXPECT_EQ(ask(db, fmt::format(R"({{"Get":[{}]}})", p)).blob, value);
          }
          std::string tx = ask(p, R"("BeginTx")").body;
          ASSERT_TRUE(tx.starts_with(R"({"BeginTx")")) << tx;
          tx = tx.substr(20, tx.find('}') - 20);
          ask(p, fmt::format(R"({{"Set":{{"key":[9],"tx_id":{}}}}})", tx), "x");
          // It ends with its database when another needs the room.
          const std::string done = ask(p, fmt::format(R"({{"Commit":{{"tx_id":{}}}}})", tx)).body;
          EXPECT_TRUE(done == R"("Ok")" || done.find("NoTx") != std::string::npos) << done;
          if (round % 10 == 9) kv.process_ended(msg::ProcessId::parse(name).value());
        }
      });
    }
  }
  port.stop(kv);
}

}  // namespace
}  // namespace kinode::kv
