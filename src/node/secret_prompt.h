// Asks the person at the terminal for a secret.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kinode::node {

/// A line typed at the controlling terminal, not shown. Errors: kNotFound, there is no terminal;
/// kUnavailable, the person pressed Ctrl-C or Ctrl-D. Blocks.
Result<std::string> ask_secret(std::string_view question);

}  // namespace kinode::node
