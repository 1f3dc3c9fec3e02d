// The bytes of one capability row: bincode of the pair (Capability, signature), as it stands inside
// a process record of the original (kernel.md 1.7).
#pragma once

#include "base/bytes.h"
#include "msg/capability.h"

namespace kinode::store {

ByteVector encode_cap_row(const msg::SignedCapability& held);

/// The error says at which offset what was expected.
Result<msg::SignedCapability> decode_cap_row(ByteView row);

}  // namespace kinode::store
