// What the tests of the component engine share.
#pragma once

#include <atomic>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "wasm/recording_host.h"
#include "wasm/test_component.h"
#include "wasm/wasmtime_engine.h"

namespace kinode::wasm {

class CountingWaker final : public Waker {
 public:
  std::atomic<int> count{0};
  void wake() noexcept override { ++count; }
};

class EngineTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> engine = make_wasmtime_engine({}).value();
  RecordingHost host;
  std::shared_ptr<CountingWaker> waker = std::make_shared<CountingWaker>();

  std::unique_ptr<Instance> start(const TestComponent& component, InstanceLimits limits = {},
                                  std::optional<std::string> temp_dir = {}) {
    auto program = engine->compile(component.binary());
    EXPECT_TRUE(program.has_value()) << program.error().detail;
    InstanceSetup setup{.our = "n.os@p:k:sys",
                        .limits = limits,
                        .temp_dir = std::move(temp_dir),
                        .host = &host,
                        .waker = waker};
    return program.value()->instantiate(std::move(setup)).value();
  }

  /// Runs a guest that does this, to its end.
  void run(std::string_view body, const std::string& data = {}) {
    auto component = guest_doing(body);
    component.data = data;
    auto guest = start(component);
    ASSERT_EQ(guest->poll(), Polled::kDone) << guest->failure();
  }

  std::string error_of(const ByteVector& component) {
    auto program = engine->compile(component);
    return program ? "no error" : program.error().detail;
  }
};

}  // namespace kinode::wasm
