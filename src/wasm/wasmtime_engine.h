// The engine that runs real components: wasmtime behind the Rust shim.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "wasm/engine.h"

namespace kinode::wasm {

struct WasmtimeConfig {
  /// Threads of one compilation, of low priority; 0: one per core.
  std::uint32_t compile_threads = 0;
  /// Instances to reserve room for at once; 0 allocates each on demand. README.md has the figures.
  std::uint32_t pool_size = 0;
  /// Cross the guest border by wasmtime's own typed lowering: the yardstick of the benchmarks.
  bool typed_border = false;
  /// Traps also name files and lines of guests with debug information. For developers: reading that
  /// information costs about 1 ms of a worker per trap or kill, and more when a guest makes it
  /// large.
  bool backtrace_lines = false;
  /// Folder for compiled programs; made with mode 0700, refused when others can write there. May be
  /// shared by several nodes. None: every start compiles.
  std::optional<std::string> cache_dir = std::nullopt;
  std::uint64_t cache_bytes_max = limits::kImageCacheBytesMax;
  /// Told when a compiled program could not be kept; outlives the engine. May be null.
  Log* log = nullptr;
};

/// The engine outlives its programs and instances. Fails when the cache folder is not safe, or the
/// machine cannot run the engine.
Result<std::unique_ptr<Engine>> make_wasmtime_engine(const WasmtimeConfig& config);

}  // namespace kinode::wasm
