// What is wrong with bytes that should be a component, told before the slow compilation.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "wasm/world.h"

namespace kinode::wasm {

/// The world of a component; kKinode10 for one that imports none, for which it makes no difference.
/// Looks at the header and the outermost imports and exports only: a success still may not compile.
/// Errors name what was found and what would be right. Thread: any.
Result<World> check_component(ByteView bytes);

}  // namespace kinode::wasm
