// The kernel on several workers: what a thread sanitizer can find is what these stories are for.
#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <condition_variable>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "rt/thread_executor.h"

namespace kinode::kernel {
namespace {

using support::at;
using namespace std::chrono_literals;

/// The owner, from the main thread: says things, and waits until it has heard enough.
class Caller final : public port::Module {
 public:
  port::ModuleInfo info() const override { return {support::id_of("owner:distro:sys"), true}; }
  Status start(port::Port& port) override {
    port_ = &port;
    return {};
  }
  void handle(msg::EnvelopeRef envelope) noexcept override {
    const std::lock_guard lock(mutex_);
    if (envelope->response() != nullptr) {
      ++answers_;
    } else {
      ++reports_;
    }
    heard_.notify_all();
  }
  void stop() override {}

  void tell(std::string_view target, std::string_view body,
            std::optional<std::string_view> blob = {}, std::optional<std::uint64_t> expects = {}) {
    auto e = std::make_shared<msg::Envelope>();
    e->id = ++id_;
    e->source = address_;
    e->target = msg::share(at(target));
    e->message = wasm::native_request(body, expects);
    if (blob) e->blob = std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy(*blob)});
    port_->send(std::move(e));
  }
  /// Returns when the kernel has answered.
  void command(std::string_view json, std::optional<std::string_view> blob = {}) {
    std::unique_lock lock(mutex_);
    const int before = answers_;
    lock.unlock();
    tell("kernel:distro:sys", json, blob, 60);
    lock.lock();
    heard_.wait(lock, [&] { return answers_ > before; });
  }
  void start_guest(std::string_view id, std::string_view program) {
    command(fmt::format(R"({{"InitializeProcess":{{"id":"{}","wasm_bytes_handle":"/x",)"
                        R"("on_exit":"Restart","initial_capabilities":[],"public":true}}}})",
                        id),
            wasm::NativeEngine::component(program));
    command(fmt::format(R"({{"RunProcess":"{}"}})", id));
  }
  /// Until so many guests have reported.
  void wait_for_reports(int count) {
    std::unique_lock lock(mutex_);
    heard_.wait(lock, [&] { return reports_ >= count; });
  }

 private:
  const msg::AddressRef address_ = msg::share(at("owner:distro:sys"));
  port::Port* port_ = nullptr;
  std::uint64_t id_ = 0;
  std::mutex mutex_;
  std::condition_variable heard_;
  int answers_ = 0;
  int reports_ = 0;
};

/// Asks the one that its first message names 300 times, then reports and waits.
wasm::NativeTask<> asks_often(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  const msg::Address target = at(std::string(got.body().text()));
  for (int i = 0; i < 300; ++i) {
    const auto answer = co_await guest.send_and_await(target, std::to_string(i), 60);
    if (answer.body().text() != std::to_string(i)) guest.trap("a wrong answer");
  }
  co_await guest.send_request(
      {.target = at("owner:distro:sys"), .request = wasm::native_request("done")});
  (void)co_await guest.receive();
}

/// Sends 3,000 messages to the one that its first message names, then reports and waits.
wasm::NativeTask<> floods(wasm::NativeGuest guest) {
  const auto got = co_await guest.receive();
  const msg::Address target = at(std::string(got.body().text()));
  for (int i = 0; i < 3'000; ++i) {
    co_await guest.send_request({.target = target, .request = wasm::native_request("x")});
  }
  co_await guest.send_request(
      {.target = at("owner:distro:sys"), .request = wasm::native_request("done")});
  (void)co_await guest.receive();
}

/// Takes a hundred messages and ends.
wasm::NativeTask<> lives_for_a_hundred(wasm::NativeGuest guest) {
  for (int i = 0; i < 100; ++i) (void)co_await guest.receive();
}

class Threads : public testing::Test {
 protected:
  Threads() {
    engine.add("echo", support::echo);
    engine.add("asks-often", asks_often);
    engine.add("floods", floods);
    engine.add("lives-for-a-hundred", lives_for_a_hundred);
    KernelParts parts;
    parts.our_node = std::string(support::kNode);
    parts.executor = &executor;
    parts.kv = &kv;
    parts.files = &files;
    parts.print = &print;
    parts.random = &random;
    parts.log = &log;
    parts.compile = [this](ByteView wasm) { return engine.compile(wasm); };
    kernel = std::make_unique<Kernel>(std::move(parts));
    EXPECT_TRUE(kernel->load());
    EXPECT_TRUE(kernel->add_module(owner));
    executor.start();
    kernel->boot();
  }
  ~Threads() override {
    kernel->stop_processes();
    executor.stop();
  }

  OsClock clock;
  OsRandom random;
  NullLog log;
  port::NullPrint print;
  store::MemKv kv;
  support::MemFiles files;
  wasm::NativeEngine engine;
  rt::ThreadExecutor executor{clock, {.workers = 4, .blocking_threads_max = 2, .tick = [] {}}};
  Caller owner;
  std::unique_ptr<Kernel> kernel;
};

TEST_F(Threads, PairsTalkWhileRightsComeAndGo) {
  constexpr int kPairs = 6;
  for (int i = 0; i < kPairs; ++i) {
    owner.start_guest(fmt::format("a{}:k:pub", i), "asks-often");
    owner.start_guest(fmt::format("b{}:k:pub", i), "echo");
  }
  for (int i = 0; i < kPairs; ++i) {
    owner.tell(fmt::format("a{}:k:pub", i), fmt::format("b{}:k:pub", i));
  }
  for (int i = 0; i < 100; ++i) {
    for (const auto* what : {"Grant", "Drop"}) {
      owner.tell("kernel:distro:sys",
                 fmt::format(R"({{"{}Capabilities":{{"target":"a{}:k:pub","capabilities":)"
                             R"([{{"issuer":"a.os@c:k:pub","params":"{}"}}]}}}})",
                             what, i % kPairs, i));
    }
  }
  owner.wait_for_reports(kPairs);
}

TEST_F(Threads, SendersOutliveATargetThatIsKilledAndStartedAgain) {
  constexpr int kSenders = 4;
  owner.start_guest("victim:k:pub", "echo");
  for (int i = 0; i < kSenders; ++i) owner.start_guest(fmt::format("f{}:k:pub", i), "floods");
  for (int i = 0; i < kSenders; ++i) owner.tell(fmt::format("f{}:k:pub", i), "victim:k:pub");
  for (int i = 0; i < 50; ++i) {
    owner.command(R"({"KillProcess":"victim:k:pub"})");
    owner.start_guest("victim:k:pub", "echo");
    owner.command(R"({"Debug":"ProcessMap"})");
  }
  owner.wait_for_reports(kSenders);
}

TEST_F(Threads, SendersOutliveATargetThatEndsAgainAndAgain) {
  owner.start_guest("mortal:k:pub", "lives-for-a-hundred");
  for (int i = 0; i < 3; ++i) {
    owner.start_guest(fmt::format("f{}:k:pub", i), "floods");
    owner.tell(fmt::format("f{}:k:pub", i), "mortal:k:pub");
  }
  owner.wait_for_reports(3);
}

TEST_F(Threads, ANodeStopsInTheMiddleOfEverything) {
  owner.start_guest("victim:k:pub", "echo");
  for (int i = 0; i < 4; ++i) {
    owner.start_guest(fmt::format("f{}:k:pub", i), "floods");
    owner.tell(fmt::format("f{}:k:pub", i), "victim:k:pub");
  }
  kernel->stop_processes();
}

}  // namespace
}  // namespace kinode::kernel
