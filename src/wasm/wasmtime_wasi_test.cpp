// What a guest that imports WASI 0.2 finds (kernel.md 3.9), and what it does not.
#include <../tests/support/scratch.h>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <mutex>

#include "wasm/engine_fixture.h"
#include "wasm/guest_data.h"
#include "wasm/wasi_component.h"

namespace kinode::wasm {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::EndsWith;

/// Lets a test poll only when the guest has asked for it, as an executor would.
class BlockingWaker final : public Waker {
 public:
  void wake() noexcept override {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

class WasiTest : public EngineTest {
 protected:
  std::unique_ptr<Instance> guest;

  Polled finish(const TestComponent& component, const std::optional<std::string>& dir = {}) {
    auto blocking = std::make_shared<BlockingWaker>();
    auto program = engine->compile(component.binary());
    EXPECT_TRUE(program.has_value()) << program.error().detail;
    if (!program) return Polled::kTrapped;
    guest = program.value()
                ->instantiate({.our = "n.os@p:k:sys",
                               .limits = {},
                               .temp_dir = dir,
                               .host = &host,
                               .waker = blocking})
                .value();
    auto polled = guest->poll();
    while (polled == Polled::kPending) {
      blocking->wait();
      polled = guest->poll();
    }
    return polled;
  }
};

TEST_F(WasiTest, ExitEndsTheGuestAndTellsTheCode) {
  EXPECT_EQ(finish(exiting_guest("(call $exit (i32.const 1))")), Polled::kTrapped);
  EXPECT_EQ(guest->failure(), "the guest called exit with code 1");
  EXPECT_EQ(finish(exiting_guest("(call $exit (i32.const 0))")), Polled::kTrapped);
  EXPECT_EQ(guest->failure(), "the guest called exit with code 0");
}

TEST_F(WasiTest, EveryVersionOfWasi02Fits) {
  for (const auto* version : {"0.2.0", "0.2.3", "0.2.6", "0.2.12"}) {
    EXPECT_EQ(finish(exiting_guest("(nop)", version)), Polled::kDone) << version;
  }
}

TEST_F(WasiTest, TenMegabytesOnStderrNeverFailAndTheNewestStay) {
  // 2,560 times 4,096 bytes of '.', then "the end"; a failed write would trap.
  auto component = writing_guest(R"(
      (local $stream i32) (local $left i32)
      (local.set $stream (call $get-stderr))
      (local.set $left (i32.const 2560))
      (memory.fill (i32.const 8192) (i32.const 46) (i32.const 4096))
      (loop $again
        (call $write (local.get $stream) (i32.const 8192) (i32.const 4096) (i32.const 1024))
        (if (i32.load8_u (i32.const 1024)) (then unreachable))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (call $write (local.get $stream) (i32.const 4096) (i32.const 7) (i32.const 1024)))");
  component.data = R"((data (i32.const 4096) "the end"))";
  EXPECT_EQ(finish(component), Polled::kDone) << guest->failure();
  EXPECT_EQ(guest->stderr_tail().size(), limits::kStderrRingBytes);
  EXPECT_THAT(guest->stderr_tail(), EndsWith("...the end"));
}

TEST_F(WasiTest, StderrCanBeReadAfterATrap) {
  auto component = writing_guest(
      "(call $write (call $get-stderr) (i32.const 4096) (i32.const 5) (i32.const 1024))"
      "unreachable");
  component.data = R"((data (i32.const 4096) "panic"))";
  EXPECT_EQ(finish(component), Polled::kTrapped);
  EXPECT_EQ(guest->stderr_tail(), "panic");
}

TEST_F(WasiTest, ASleepingGuestIsSuspendedAndItsTimerWakesThePoller) {
  EXPECT_EQ(finish(sleeping_guest("(call $block (call $timer (i64.const 1000000)))"
                                  "(call $clear-state)")),
            Polled::kDone)
      << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("clear-state"));
}

TEST_F(WasiTest, ASleepingGuestMayBeDestroyed) {
  auto sleeping = start(sleeping_guest("(call $block (call $timer (i64.const 3600000000000)))"));
  EXPECT_EQ(sleeping->poll(), Polled::kPending);
  sleeping.reset();
  SUCCEED();
}

TEST_F(WasiTest, AGuestThatHoardsHandlesEnds) {
  EXPECT_EQ(finish(sleeping_guest("(loop $again (drop (call $timer (i64.const 1000000000)))"
                                  "(call $clear-state) (br $again))")),
            Polled::kTrapped);
  EXPECT_THAT(guest->failure(), testing::HasSubstr("resource table"));
  EXPECT_LE(host.calls.size(), 256u);
}

/// Makes a socket, prints whether that failed, and goes on with what is done with it.
std::string with_socket(std::string_view then) {
  return "(local $socket i32) (local $network i32)"
         "(call $create-tcp-socket (i32.const 0) (i32.const 1024))" +
         print_byte_at(1024) +
         "(local.set $socket (i32.load (i32.const 1028)))"
         "(local.set $network (call $network))" +
         std::string(then);
}

/// With 127.0.0.1 and this port.
std::string to_localhost(std::string_view call, int port) {
  std::string address = fmt::format("(i32.const 0) (i32.const {})", port);
  for (const int part : {127, 0, 0, 1, 0, 0, 0, 0, 0, 0}) {
    address += fmt::format(" (i32.const {})", part);
  }
  return fmt::format("(call ${} (local.get $socket) (local.get $network) {} (i32.const 1040))",
                     call, address);
}

TEST_F(WasiTest, ASocketCanBeMadeAndBoundToNothing) {
  const auto body =
      with_socket(to_localhost("bind", 0) + print_byte_at(1040) + print_byte_at(1041));
  EXPECT_EQ(finish(connecting_guest(body)), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 0 ''", "print 1 ''", "print 1 ''"));  // access-denied
}

TEST_F(WasiTest, ASocketReachesNobody) {
  const auto body = with_socket(to_localhost("connect", 80) + print_byte_at(1040) +
                                "(call $connected (local.get $socket) (i32.const 1040))" +
                                print_byte_at(1040) + print_byte_at(1044));
  EXPECT_EQ(finish(connecting_guest(body)), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 0 ''", "print 0 ''", "print 1 ''", "print 1 ''"));
}

TEST_F(WasiTest, NoNameIsResolved) {
  auto component = connecting_guest(
      "(call $resolve (call $network) (i32.const 4096) (i32.const 9) (i32.const 1040))" +
      print_byte_at(1040) + print_byte_at(1044));
  component.data = R"((data (i32.const 4096) "localhost"))";
  EXPECT_EQ(finish(component), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 1 ''", "print 20 ''"));  // permanent-resolver-failure
}

class TempDirTest : public WasiTest {
 protected:
  const support::Scratch scratch;
  const std::string dir = scratch.path();
};

constexpr std::string_view kEnvironment =
    "(call $get-environment (i32.const 1024))"
    "(call $print-to-terminal (i32.load (i32.const 1028)) (i32.const 0) (i32.const 0))"
    "(call $get-arguments (i32.const 1032))"
    "(call $print-to-terminal (i32.load (i32.const 1036)) (i32.const 0) (i32.const 0))"
    "(call $get-directories (i32.const 1040))"
    "(call $print-to-terminal (i32.load (i32.const 1044)) (i32.const 0) (i32.const 0))";

TEST_F(TempDirTest, ItIsTheOnlyVariableAndTheOnlyFolder) {
  const std::string names =
      "(memory.copy (i32.const 2048) (i32.load (i32.const 1024)) (i32.const 16))" +
      print_text_at(2048) + print_text_at(2056) +
      "(memory.copy (i32.const 2048) (i32.load (i32.const 1040)) (i32.const 12))" +
      print_text_at(2052);
  EXPECT_EQ(finish(filing_guest(std::string(kEnvironment) + names), dir), Polled::kDone)
      << guest->failure();
  EXPECT_THAT(host.calls,
              ElementsAre("print 1 ''", "print 0 ''", "print 1 ''", "print 0 'TEMP_DIR'",
                          "print 0 '" + dir + "'", "print 0 '" + dir + "'"));
}

TEST_F(TempDirTest, WithoutOneThereIsNothing) {
  EXPECT_EQ(finish(filing_guest(kEnvironment)), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 0 ''", "print 0 ''", "print 0 ''"));
}

TEST_F(TempDirTest, TheGuestCanWriteInItButNotOutside) {
  const std::string create =
      "(call $create-directory (i32.load (i32.load (i32.const 1040))) (i32.const {}) "
      "(i32.const {}) (i32.const 1056))";
  auto component = filing_guest("(call $get-directories (i32.const 1040))" +
                                fmt::format(fmt::runtime(create), 4096, 3) + print_byte_at(1056) +
                                fmt::format(fmt::runtime(create), 4104, 7) + print_byte_at(1056) +
                                print_byte_at(1057));
  component.data = R"((data (i32.const 4096) "new\00\00\00\00\00../away"))";
  EXPECT_EQ(finish(component, dir), Polled::kDone) << guest->failure();
  EXPECT_THAT(host.calls, ElementsAre("print 0 ''", "print 1 ''", "print 31 ''"));  // not-permitted
  EXPECT_TRUE(fs::is_directory(dir + "/new"));
  EXPECT_FALSE(fs::exists(fs::path(dir).parent_path() / "away"));
}

TEST_F(TempDirTest, AMissingFolderIsAnErrorOfTheStart) {
  auto program = engine->compile(filing_guest("").binary()).value();
  const auto failed = program->instantiate({.our = "n.os@p:k:sys",
                                            .limits = {},
                                            .temp_dir = dir + "/missing",
                                            .host = &host,
                                            .waker = waker});
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().detail, testing::HasSubstr("No such file"));
  EXPECT_EQ(waker.use_count(), 1);
}

}  // namespace
}  // namespace kinode::wasm
