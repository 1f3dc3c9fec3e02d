// One node, made of one seed: it is booted, used, broken and booted again.
#pragma once

#include <memory>

#include "guest.h"
#include "kernel/kernel.h"
#include "modules.h"
#include "modules/state/state_module.h"
#include "modules/timer/timer_module.h"
#include "rt/manual_executor.h"
#include "wasm/native_engine.h"

namespace kinode::sim {

struct WorldOptions {
  std::uint64_t events = 4000;  // about so many, before everything comes to rest
  std::FILE* trace = nullptr;
  /// To see that the checkers notice: this write is acknowledged and lost. 0 is none.
  std::uint64_t lose_write = 0;
};

/// One thread. `names` is used by one world at a time.
class World {
 public:
  World(Names& names, std::uint64_t seed, WorldOptions options);
  ~World();

  /// Until the events are used up, everything is at rest and was booted once more; or until a rule
  /// is broken.
  void run();

  const std::string& violation() const { return report_.violation(); }
  std::uint64_t events() const { return stage_.events; }
  std::uint64_t steps() const { return model_.step; }
  unsigned crashes() const { return crashes_; }
  const Trace& trace() const { return trace_; }

 private:
  class Files final : public kernel::ComponentFiles {
   public:
    Result<Bytes> read(std::string_view path) override;
  };
  class Prints final : public port::PrintSink {
   public:
    explicit Prints(const Trace& trace) : trace_(trace) {}
    void print(msg::Printout printout) override;

   private:
    const Trace& trace_;
  };
  /// What a crash ends. The kernel is last: it goes first.
  struct Epoch;

  void boot();
  void tear_down();
  bool step();
  void after_step();
  void idle();
  void rest();
  void turn();
  void break_something();
  /// Until a write gets lost, or nothing is written for a while.
  void run_into_crash();
  void crash();
  bool failed() const { return report_.failed(); }

  Names& names_;
  const WorldOptions options_;
  const bool power_;  // acknowledged means synced
  Dice dice_;
  SeededRandom random_;
  const Clock* clock_ = nullptr;
  Report report_;
  Trace trace_;
  Model model_;
  SimDisk disk_;
  Checkers checkers_;
  Stage stage_;
  Files files_;
  Prints prints_;
  NullLog log_;
  wasm::NativeEngine engine_;
  std::unique_ptr<Epoch> epoch_;
  Model::Stored stored_before_;
  unsigned crashes_ = 0;
  unsigned idles_ = 0;
};

}  // namespace kinode::sim
