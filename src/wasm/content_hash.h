// SHA-256 as a name for content.
#pragma once

#include <initializer_list>
#include <string>

#include "base/bytes.h"

namespace kinode::wasm {

/// Lowercase hex of the SHA-256 of the parts, each with its length in front, so that no two lists
/// of parts collide by shifting bytes from one to the next.
std::string content_hash(std::initializer_list<ByteView> parts);

}  // namespace kinode::wasm
