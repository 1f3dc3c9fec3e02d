// A whole node on a home that Kinode 1.0 left: programs in its process map, but not on its disk.
#include <../tests/support/scratch.h>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "msg/bincode.h"
#include "node/node.h"
#include "rt/mutex.h"
#include "store/rocks_kv.h"

namespace kinode::node {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// Keeps what is printed, for whoever waits for it.
class Lines final : public port::PrintSink {
 public:
  void print(msg::Printout printout) override {
    rt::Lock lock(mutex_);
    text_ += printout.content + "\n";
    more_.notify_all();
  }

  /// False when it was not printed within a minute.
  bool wait_for(std::string_view what) {
    rt::Lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!text_.contains(what)) {
      if (more_.wait_until(mutex_, end) == std::cv_status::timeout) return false;
    }
    return true;
  }

 private:
  rt::Mutex mutex_;
  std::condition_variable_any more_;
  std::string text_ __attribute__((guarded_by(mutex_)));
};

class OldHome : public testing::Test {
 protected:
  OldHome() { fs::copy(support::corpus("home-1.0.0/keys.json"), home + "/.keys"); }

  static msg::PersistedProcess program(std::string handle, msg::OnExit::Kind on_exit) {
    msg::PersistedProcess out;
    out.wasm_bytes_handle = std::move(handle);
    out.wit_version = 1;
    out.on_exit.kind = on_exit;
    out.capabilities[msg::network_cap("fake.dev")] = Bytes::copy("signed by the original");
    return out;
  }

  void put_map(const msg::ProcessMap& map) const {
    const auto kv = store::open_rocks_kv(home + "/kernel");
    ASSERT_TRUE(kv) << kv.error().detail;
    ASSERT_TRUE(
        (*kv)->put("kernel:distro:sys", msg::encode_process_map(map), store::Durability::kProcess));
  }

  const support::Scratch scratch;
  const std::string home = scratch.path();
};

TEST_F(OldHome, ItsProgramsAreTakenOverAndThoseWithoutAComponentAreSaid) {
  const msg::ProcessId main{"main", "app-store", "sys"};
  const msg::ProcessId chess{"chess", "chess", "sys"};
  put_map({{main, program("/app-store:sys/pkg/main.wasm", msg::OnExit::Kind::kRestart)},
           {chess, program("/chess:sys/pkg/chess.wasm", msg::OnExit::Kind::kNone)},
           {{"my_app", "app_store", "sys"}, program("/x.wasm", msg::OnExit::Kind::kRestart)}});
  Config config;
  config.home = home;
  config.password = "secret";
  config.port = 0;
  Lines lines;
  const auto node = Node::start(config, lines, [] {});
  ASSERT_TRUE(node) << node.error().detail;
  EXPECT_EQ((*node)->name(), "fake.dev");
  EXPECT_TRUE(lines.wait_for("took over a process map of 3 entries"));
  EXPECT_TRUE(lines.wait_for("removing non-Kimap-safe process my_app:app_store:sys"));
  EXPECT_TRUE(lines.wait_for(
      "process main:app-store:sys failed to instantiate: couldn't read wasm bytes at "
      "/app-store:sys/pkg/main.wasm: "));
  EXPECT_TRUE(
      lines.wait_for("process chess:chess:sys failed to instantiate: couldn't read wasm bytes at "
                     "/chess:sys/pkg/chess.wasm: "));
}

}  // namespace
}  // namespace kinode::node
