// What the system says, as a sentence.
#pragma once

#include <string_view>

#include "base/error.h"

namespace kinode::backup {

/// `path` as a person named it; `error` is an errno.
std::unexpected<Error> io_failed(std::string_view path, int error);

}  // namespace kinode::backup
