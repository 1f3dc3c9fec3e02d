// The stored form of processes: bincode 1.3.3 with its defaults (kernel.md 1.1, 1.7). Little
// endian, fixed widths, 64-bit lengths, 32-bit variant numbers.
//
// Decoders never trust a length: nothing is allocated beyond what the remaining input can fill.
// Errors say the byte offset and what was expected there. Trailing bytes are an error.
#pragma once

#include "base/bytes.h"
#include "msg/kernel_types.h"

namespace kinode::msg {

/// The whole table, as the original keeps it under one key. Rows and capabilities are written
/// sorted, so that equal tables have equal bytes.
ByteVector encode_process_map(const ProcessMap& map);
Result<ProcessMap> decode_process_map(ByteView bytes);

/// One row.
ByteVector encode_persisted_process(const PersistedProcess& process);
Result<PersistedProcess> decode_persisted_process(ByteView bytes);

ByteVector encode_on_exit_bincode(const OnExit& on_exit);
Result<OnExit> decode_on_exit_bincode(ByteView bytes);

}  // namespace kinode::msg
