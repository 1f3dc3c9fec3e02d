// Whole files below a directory, without following links out of it.
#pragma once

#include <string>

#include "base/bytes.h"
#include "store/safe_path.h"

namespace kinode::store {

/// Reads `path` below `root`; links are not followed. Errors: not there, not a file, over
/// `bytes_max`.
Result<Bytes> read_file_below(const std::string& root, const SafePath& path, std::size_t bytes_max);

/// Reads a file that the owner named; at most `bytes_max`.
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max);

/// Replaces `path` in one step, so that a crash leaves the old content or the new. `mode` as chmod.
Status write_file_atomic(const std::string& path, ByteView content, unsigned mode);

}  // namespace kinode::store
