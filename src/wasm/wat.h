// Components written as text, for tests.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace kinode::wasm {

/// WebAssembly text (component or core module) to its binary form.
Result<ByteVector> wat_to_binary(std::string_view text);

}  // namespace kinode::wasm
