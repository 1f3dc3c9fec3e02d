// Package archives from outside, read within limits (design 7: one checked door).
#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "store/safe_path.h"

namespace kinode::store {

/// The files of an archive, by path. Directories are implied by the paths.
using ZipFiles = std::map<std::string, Bytes>;

/// Reads a whole zip. Refused, with the entry's name: absolute paths, paths that leave the archive,
/// links and devices, names that occur twice, a file below another file, more entries or bytes than
/// base/limits.h allows (counted as unpacked), damaged or cut data, and what is no zip.
Result<ZipFiles> read_zip(ByteView archive);

/// Replaces the directory `target` by `files`, in one step: a crash leaves the old one or the new.
Status replace_directory(const std::string& target, const ZipFiles& files);

}  // namespace kinode::store
