// An engine whose guests are C++ coroutines in this process: fast, deterministic, without threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "wasm/engine.h"
#include "wasm/native_guest.h"

namespace kinode::wasm {

/// Makes the coroutine of a new guest. It may carry values (a lambda that calls a named coroutine).
using NativeMain = std::function<NativeTask<>(NativeGuest)>;

/// A component is the text `native:<name>`. Guests run until they wait: there are no time slices,
/// and memory is not counted. A guest of an older world has all functions, and its host treats it
/// by the rules of its world. Thread: add() before the engine is used by others, then any.
class NativeEngine final : public Engine {
 public:
  void add(std::string name, NativeMain main, World world = World::kKinode10);

  /// The component of a guest by its name.
  static std::string component(std::string_view name) { return "native:" + std::string(name); }

  Result<std::shared_ptr<const Program>> compile(ByteView component) override;
  void tick() noexcept override {}

 private:
  std::map<std::string, std::shared_ptr<const Program>, std::less<>> programs_;
};

}  // namespace kinode::wasm
