// One compiled program for all processes with the same component.
#pragma once

#include <deque>
#include <future>
#include <map>
#include <memory>
#include <string>

#include "rt/mutex.h"
#include "wasm/engine.h"

namespace kinode::wasm {

/// An engine in front of another one: equal components, compared by content, give the same Program
/// for as long as somebody holds it, and the latest few (limits::kProgramsKept) beyond that. Who
/// asks for a component that is being compiled waits for that compilation, and gets its error, too;
/// errors are not kept. Thread: any.
class ProgramCache final : public Engine {
 public:
  explicit ProgramCache(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  Result<std::shared_ptr<const Program>> compile(ByteView component) override;
  void tick() noexcept override { engine_->tick(); }

 private:
  using Compiled = Result<std::shared_ptr<const Program>>;
  struct Entry {
    std::weak_ptr<const Program> program;
    std::shared_future<Compiled> in_flight;  // valid while somebody compiles
  };

  void keep(const std::shared_ptr<const Program>& program)
      __attribute__((requires_capability(mutex_)));
  void drop_unused() __attribute__((requires_capability(mutex_)));

  std::unique_ptr<Engine> engine_;
  rt::Mutex mutex_;  // not held while compiling
  std::map<std::string, Entry> entries_ __attribute__((guarded_by(mutex_)));
  std::deque<std::shared_ptr<const Program>> recent_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::wasm
