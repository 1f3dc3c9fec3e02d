#include "wasm/wasmtime_engine.h"

#include <../tests/support/scratch.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "wasm/recording_host.h"
#include "wasm/test_component.h"

namespace kinode::wasm {
namespace {

using testing::ElementsAre;

class CountingWaker final : public Waker {
 public:
  std::atomic<int> count{0};
  void wake() noexcept override { ++count; }
};

class WasmtimeTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> engine = make_wasmtime_engine({}).value();
  RecordingHost host;
  std::shared_ptr<CountingWaker> waker = std::make_shared<CountingWaker>();

  std::unique_ptr<Instance> start(const TestComponent& component, InstanceLimits limits = {}) {
    auto program = engine->compile(component.binary());
    EXPECT_TRUE(program.has_value()) << program.error().detail;
    InstanceSetup setup{
        .our = "n.os@p:k:sys", .limits = limits, .temp_dir = {}, .host = &host, .waker = waker};
    return program.value()->instantiate(std::move(setup)).value();
  }
};

TEST_F(WasmtimeTest, AGuestPrintsItsOwnAddressAndReturns) {
  auto guest = start(
      guest_doing("(call $print-to-terminal (i32.const 2) (local.get $our) (local.get $len))"));
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls, ElementsAre("print 2 'n.os@p:k:sys'"));
}

TEST_F(WasmtimeTest, AGuestThatReceivesSleepsUntilThereIsAMessage) {
  auto guest = start(guest_doing("(call $receive (i32.const 1024)) (call $clear-state)"));
  EXPECT_EQ(guest->poll(), Polled::kPending);
  EXPECT_EQ(guest->poll(), Polled::kPending);
  host.inbox.push_back({});
  EXPECT_EQ(guest->poll(), Polled::kDone);
  EXPECT_THAT(host.calls, ElementsAre("receive", "receive", "receive", "clear-state"));
}

std::uint64_t status_kb(std::string_view key) {
  std::ifstream file("/proc/self/status");
  std::uint64_t kb = 0;
  for (std::string word; file >> word;) {
    if (word == key) file >> kb;
  }
  return kb;
}

TEST_F(WasmtimeTest, WithAPoolCompilingReservesNoSecondOne) {
  const support::Scratch dir;
  const auto component = guest_doing("(call $clear-state)");
  // Both engines make the same code, so an image fits either.
  engine = make_wasmtime_engine({.cache_dir = dir.path()}).value();
  ASSERT_TRUE(engine->compile(component.binary()));

  const auto before = status_kb("VmSize:");
  engine = make_wasmtime_engine({.pool_size = 100, .cache_dir = dir.path()}).value();
  const auto pool = status_kb("VmSize:") - before;
  const auto peak = status_kb("VmPeak:");
  start(component)->poll();
  start(guest_doing("(call $clear-state) (call $clear-state)"))->poll();
  EXPECT_LT(status_kb("VmPeak:") - peak, pool / 2);
  EXPECT_THAT(host.calls, ElementsAre("clear-state", "clear-state", "clear-state"));
  const std::filesystem::directory_iterator images(dir.path());
  EXPECT_EQ(std::distance(begin(images), end(images)), 2);
}

}  // namespace
}  // namespace kinode::wasm
