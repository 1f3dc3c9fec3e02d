// Text that may cross into the node: it has to be UTF-8 wherever a string is wanted, and a guest
// that passes other bytes is ended.
#pragma once

#include <string>
#include <string_view>

namespace kinode {

bool is_utf8(std::string_view bytes);

/// The same bytes, with U+FFFD for each one that is not part of UTF-8.
std::string lossy_utf8(std::string_view bytes);

}  // namespace kinode
