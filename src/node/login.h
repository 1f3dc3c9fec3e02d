// Who the node is: what the command line and the home say about it (kernel.md 5.2 step 8).
#pragma once

#include <optional>
#include <string>

#include "node/config.h"

namespace kinode::node {

struct LoginRefusal {
  std::string text;  // what to do
  int exit_code = 0;
};

/// Why nobody can be logged in with these flags on this home; none: go on. Only looks, makes
/// nothing. Quick.
std::optional<LoginRefusal> refuse_login(const Config& config);

/// What a node tells its owner as long as it cannot ask the chain (kernel.md 11.5).
std::string offline_warning(const std::string& name);

}  // namespace kinode::node
