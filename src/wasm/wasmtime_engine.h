// The engine that runs real components: wasmtime behind the Rust shim.
#pragma once

#include <cstdint>
#include <memory>

#include "wasm/engine.h"

namespace kinode::wasm {

struct WasmtimeConfig {
  /// Threads of one compilation, of low priority; 0: one per core.
  std::uint32_t compile_threads = 0;
  /// Instances to reserve room for at once; 0 allocates each on demand. README.md has the figures.
  std::uint32_t pool_size = 0;
};

Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeConfig& config);

}  // namespace kinode::wasm
