// Package archives from outside, read within limits (design 7: one checked door).
#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "store/safe_path.h"

namespace kinode::store {

/// The files of an archive, by path. Directories are implied by the paths.
using ZipFiles = std::map<std::string, Bytes>;

/// What an archive may hold, counted as unpacked; whatever it declares.
struct ZipLimits {
  std::size_t entries_max = limits::kZipEntriesMax;
  std::size_t entry_bytes_max = limits::kZipEntryBytesMax;
  std::size_t total_bytes_max = limits::kZipTotalBytesMax;
};

/// Reads a whole zip. Refused, with the entry's name: absolute paths, paths that leave the archive,
/// links and devices, names that occur twice, a file that is also a directory, more entries or
/// bytes than `limits` allows, damaged or cut data, and what is no zip.
Result<ZipFiles> read_zip(ByteView archive, const ZipLimits& limits = {});

/// Replaces the directory `target` by `files`, in one step: a crash leaves the old one or the new,
/// and perhaps `<target>.new`, which the next call removes. (File systems that cannot exchange two
/// names, such as NFS, have a moment in which only `<target>.old` and `<target>.new` are there.)
Status replace_directory(const std::string& target, const ZipFiles& files);

}  // namespace kinode::store
