// Whole files below a directory, without following links out of it.
#pragma once

#include <string>
#include <system_error>

#include "base/bytes.h"
#include "store/ordered_kv.h"
#include "store/safe_path.h"

namespace kinode::store {

/// Reads `path` below `root`; links are not followed. Errors: not there, not a file, over
/// `bytes_max`.
Result<Bytes> read_file_below(const std::string& root, const SafePath& path, std::size_t bytes_max);

/// Reads a file that the owner named; at most `bytes_max`.
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max);

/// Replaces `path` in one step, so that a crash leaves the old content or the new. `mode` as chmod.
Status write_file_atomic(const std::string& path, ByteView content, unsigned mode);

/// mkdir -p. With kPower the new names survive the end of the machine.
/// The system's error, if there is one.
std::error_code make_directories(const std::string& path, Durability durability);

/// What was made, renamed and removed in it survives the end of the machine.
std::error_code sync_directory(const std::string& path);

}  // namespace kinode::store
