// Where a keyfile stands: `<home>/.keys`. Whoever writes holds the home's lock.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kinode::crypto {

std::string keyfile_path(const std::string& home);

/// None: there is no keyfile. Errors say what to do: kDenied, kIo; kCorrupt, far too large.
Result<std::optional<ByteVector>> read_keyfile(const std::string& home);

/// In one step, readable by its owner only, and there after a power cut.
Status write_keyfile_in(const std::string& home, std::string_view text);

/// The same where there was `old`, which is kept beside under a new name. Returns that name.
Result<std::string> replace_keyfile(const std::string& home, ByteView old, std::string_view text);

}  // namespace kinode::crypto
