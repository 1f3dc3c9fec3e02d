// The operations of the test guest.
#pragma once

#include <kinode/json.h>
#include <string_view>
#include <vector>

namespace cpp_echo {

/// What came back to requests of {"op":"send"}.
using Log = std::vector<kinode::JsonText>;

enum class Next { kReceive, kLeave };

/// Answers one request. `log` holds what came back since the last {"op":"log"}.
Next answer(std::string_view body, Log& log);

}  // namespace cpp_echo
