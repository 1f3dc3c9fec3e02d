// Text that may cross into the node: it has to be UTF-8 wherever a string is wanted, and a guest
// that passes other bytes is ended.
#pragma once

#include <string>
#include <string_view>

namespace kinode {

bool is_utf8(std::string_view bytes);

/// The same bytes, with U+FFFD for each longest part that is not UTF-8 (as Unicode recommends).
std::string lossy_utf8(std::string_view bytes);

}  // namespace kinode
