// What processes of Kinode 0.7.0 and 0.8.0 expect of their host and those of today do not
// (kernel.md 2.9). Everything in which the kernel treats worlds differently stands here.
#pragma once

#include <memory>

#include "kernel/process_record.h"
#include "wasm/host_calls.h"

namespace kinode::kernel {

/// 0.7.0 and 0.8.0.
bool is_old(wasm::World world);

/// Whether the process runs a program of an old world, which knows others by their old names.
bool speaks_old(const ProcessRecord& record);

/// Up to 0.9 a send error left the blob of the message before it in place, for `get-blob` and for
/// what inherits; since 1.0 it has none.
inline bool errors_keep_blob(wasm::World world) { return is_old(world); }

/// Stands between a guest of an old world and `host`: in whatever the guest names, old names become
/// current ones, and the other way round in whatever it sees. `host` outlives it.
std::unique_ptr<wasm::HostCalls> with_old_names(wasm::HostCalls& host);

}  // namespace kinode::kernel
