// HostCalls as the table of C functions that the shim calls.
#pragma once

#include "wasm/host_calls.h"
#include "wasm/shim_abi.h"

namespace kinode::wasm {

/// The table for any `HostCalls`, whose address is then the context. Lives for ever.
const ShimHostTable& shim_host_table();

}  // namespace kinode::wasm
