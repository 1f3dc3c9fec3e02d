#include "wasm/program_cache.h"

#include <atomic>
#include <gtest/gtest.h>
#include <latch>
#include <thread>
#include <vector>

#include "base/limits.h"

namespace kinode::wasm {
namespace {

class NoProgram final : public Program {
 public:
  World world() const override { return World::kKinode10; }
  Result<std::unique_ptr<Instance>> instantiate(InstanceSetup) const override {
    return fail(Code::kUnsupported, "not in this test");
  }
};

/// Compiles what is not "bad", and holds each compilation until it is let go.
struct SlowEngine final : Engine {
  std::atomic<int> compilations{0}, ticks{0};
  std::latch go{1};

  Result<std::shared_ptr<const Program>> compile(ByteView component) override {
    ++compilations;
    go.wait();
    if (as_text(component) == "bad") return fail(Code::kInvalid, "bad component");
    return std::make_shared<const NoProgram>();
  }
  void tick() noexcept override { ++ticks; }
};

class ProgramCacheTest : public testing::Test {
 protected:
  SlowEngine* engine = new SlowEngine;
  ProgramCache cache{std::unique_ptr<Engine>(engine)};
  auto compile(std::string_view text) { return cache.compile(as_bytes(text)); }
};

TEST_F(ProgramCacheTest, EqualComponentsShareAProgramWhileItIsHeld) {
  engine->go.count_down();
  const auto one = compile("a").value();
  for (std::size_t i = 0; i < 2 * limits::kProgramsKept; ++i) {
    EXPECT_NE(compile(std::to_string(i)).value(), one);
  }
  EXPECT_EQ(compile("a").value(), one);
  EXPECT_EQ(engine->compilations, 1 + 2 * static_cast<int>(limits::kProgramsKept));
}

TEST_F(ProgramCacheTest, TheLatestProgramsStayWhenNobodyHoldsThem) {
  engine->go.count_down();
  EXPECT_TRUE(compile("a"));
  EXPECT_TRUE(compile("a"));
  EXPECT_EQ(engine->compilations, 1);
  for (std::size_t i = 0; i < limits::kProgramsKept; ++i) EXPECT_TRUE(compile(std::to_string(i)));
  const int before = engine->compilations;
  EXPECT_TRUE(compile("a"));
  EXPECT_EQ(engine->compilations, before + 1);
}

TEST_F(ProgramCacheTest, OneCompilationServesAllWhoAskMeanwhile) {
  std::vector<std::shared_ptr<const Program>> programs(4);
  std::vector<std::jthread> threads;
  threads.reserve(programs.size());
  std::latch started{4};
  for (auto& program : programs) {
    threads.emplace_back([&] {
      started.count_down();
      program = compile("a").value();
    });
  }
  started.wait();
  engine->go.count_down();
  threads.clear();
  EXPECT_EQ(engine->compilations, 1);
  for (const auto& program : programs) EXPECT_EQ(program, programs[0]);
}

TEST_F(ProgramCacheTest, AnErrorIsNotKept) {
  engine->go.count_down();
  EXPECT_EQ(compile("bad").error().detail, "bad component");
  EXPECT_EQ(compile("bad").error().detail, "bad component");
  EXPECT_EQ(engine->compilations, 2);
}

TEST_F(ProgramCacheTest, TicksReachTheEngine) {
  cache.tick();
  EXPECT_EQ(engine->ticks, 1);
}

}  // namespace
}  // namespace kinode::wasm
