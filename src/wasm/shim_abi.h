// The C border to the Rust shim (shim/src): its functions, and the structs they take. Only
// wasmtime_engine, shim_host, component_check and wat include this.
//
// Every pointer given out is owned by the caller until the matching delete. No function unwinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "wasm/guest_views.h"

namespace kinode::wasm {

/// Receives bytes that live only during the call.
struct ShimSink {
  void (*put)(void* context, const std::uint8_t* data, std::size_t size);
  void* context;

  /// Appends to `out`, which must outlive the sink.
  static ShimSink to(std::string& out) {
    const auto append = [](void* text, const std::uint8_t* data, std::size_t size) {
      static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), size);
    };
    return {append, &out};
  }
};

/// shim/src/engine.rs `EngineConfig`.
struct ShimConfig {
  std::uint32_t pool_size;
  std::uint32_t compile_threads;
  std::size_t stack_bytes;
  std::size_t stderr_bytes;
  bool typed_border;
  bool backtrace_lines;
};

/// shim/src/host.rs `HostTable`: one function per import, the instance's host in front.
struct ShimHostTable {
  void (*print_to_terminal)(void*, std::uint8_t, GuestBytes);
  void (*our)(void*, GuestAddress*);
  std::int32_t (*set_on_exit)(void*, const GuestOnExit*);
  void (*get_on_exit)(void*, GuestOnExit*);
  std::int32_t (*get_state)(void*, GuestBytes*);
  std::int32_t (*set_state)(void*, const GuestBytes*);
  std::int32_t (*clear_state)(void*);
  std::int32_t (*spawn)(void*, const GuestSpawn*, GuestSpawned*);
  std::int32_t (*save_capabilities)(void*, const GuestCapability*, std::size_t);
  std::int32_t (*drop_capabilities)(void*, const GuestCapability*, std::size_t);
  void (*our_capabilities)(void*, const GuestCapability**, std::size_t*);
  std::int32_t (*receive)(void*, GuestMessage*);
  bool (*has_blob)(void*);
  void (*get_blob)(void*, GuestBlob*);
  void (*last_blob)(void*, GuestBlob*);
  std::int32_t (*send_request)(void*, const GuestSend*);
  std::int32_t (*send_requests)(void*, const GuestSend*, std::size_t);
  std::int32_t (*send_response)(void*, const GuestRequest*, const GuestBlob*);
  std::int32_t (*send_and_await_response)(void*, const GuestSend*, GuestMessage*);
  void (*trap_message)(void*, GuestBytes*);
};

/// shim/src/instance.rs `CWaker`. `drop` is called once, from any thread.
struct ShimWaker {
  void* context;
  void (*wake)(void*);
  void (*drop)(void*);
};

/// shim/src/instance.rs `Setup`.
struct ShimSetup {
  GuestBytes our;
  std::size_t memory_bytes_max;
  std::size_t table_elements_max;
  GuestBytes temp_dir;  // optional
  const ShimHostTable* host;
  void* host_context;
  ShimWaker waker;
};

/// shim/src/scan.rs `Scan`: told of each outermost import and export.
struct ShimScan {
  void (*found)(void* context, bool is_import, GuestBytes name);
  void* context;
};

/// shim/src/abi.rs `LayoutEntry`: the size of a struct or the offset of a field.
struct ShimLayout {
  const char* name;
  std::size_t value;
};

struct ShimEngine;
struct ShimProgram;
struct ShimInstance;

extern "C" {
ShimEngine* kinode_shim_engine_new(const ShimConfig* config, const ShimSink* error);
void kinode_shim_engine_delete(ShimEngine* engine);
void kinode_shim_engine_tick(const ShimEngine* engine);
/// Bytes that differ whenever a compiled image does not fit: version, flags, CPU.
void kinode_shim_engine_fingerprint(const ShimEngine* engine, const ShimSink* out);

/// Null on failure, with the reason in `error`; so for all that follow. `world` is a number of
/// wasm::World: the imports that the component gets.
ShimProgram* kinode_shim_compile(const ShimEngine* engine, GuestBytes component,
                                 std::uint32_t world, const ShimSink* error);
/// Trusts the file: it must be what serialize wrote on an engine with the same fingerprint, and
/// must not change while the program lives.
ShimProgram* kinode_shim_load(const ShimEngine* engine, GuestBytes path, std::uint32_t world,
                              const ShimSink* error);
bool kinode_shim_serialize(const ShimProgram* program, const ShimSink* image,
                           const ShimSink* error);
void kinode_shim_program_delete(ShimProgram* program);

/// Takes over the waker, also on failure.
ShimInstance* kinode_shim_instance_new(const ShimProgram* program, const ShimSetup* setup,
                                       const ShimSink* error);
std::int32_t kinode_shim_instance_poll(ShimInstance* instance);
void kinode_shim_instance_failure(const ShimInstance* instance, const ShimSink* out);
void kinode_shim_instance_stderr(const ShimInstance* instance, const ShimSink* out);
std::size_t kinode_shim_instance_memory_bytes(const ShimInstance* instance);
void kinode_shim_instance_delete(ShimInstance* instance);

/// 0 a component, 1 a core module, 2 damaged, 3 truncated.
std::int32_t kinode_shim_scan(GuestBytes bytes, const ShimScan* visitor, const ShimSink* error);
/// Component text to bytes, for tests.
bool kinode_shim_wat(GuestBytes text, const ShimSink* out, const ShimSink* error);
const ShimLayout* kinode_shim_layout(std::size_t* count);
}

}  // namespace kinode::wasm
