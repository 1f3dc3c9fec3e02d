// Package archives from outside, read within limits (design 7: one checked door).
#pragma once

#include <map>
#include <memory>
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

/// Who takes what comes out of an archive. An error ends the reading and is passed on.
class ZipSink {
 public:
  virtual ~ZipSink() = default;
  virtual Status directory(const SafePath& path) = 0;
  virtual Status begin_file(const SafePath& path) = 0;
  virtual Status data(ByteView part) = 0;
  virtual Status end_file() = 0;
};

/// Reads a zip entry by entry, with little memory. Refused, with the entry's name: absolute paths,
/// paths that leave the archive, links and devices, names that occur twice, a file that is also a
/// directory, more entries or bytes than `limits` allows, damaged or cut data, and what is no zip.
/// kCorrupt is said of entries that cannot be read, kUnsupported of those that are no plain files.
/// One thread at a time.
class ZipReader {
 public:
  /// `archive` outlives the reader.
  static Result<ZipReader> open(ByteView archive, const ZipLimits& limits = {});
  ~ZipReader();
  ZipReader(ZipReader&&) noexcept;
  ZipReader& operator=(ZipReader&&) noexcept;

  /// Passes one entry on. False: there are no more, and all fit together.
  Result<bool> next(ZipSink& sink);

 private:
  struct State;
  explicit ZipReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Reads a whole zip into memory. What ZipReader refuses, and empty ones.
Result<ZipFiles> read_zip(ByteView archive, const ZipLimits& limits = {});

/// Replaces the directory `target` by `files`, in one step: a crash leaves the old one or the new,
/// and perhaps `<target>.new`, which the next call removes. (File systems that cannot exchange two
/// names, such as NFS, have a moment in which only `<target>.old` and `<target>.new` are there.)
Status replace_directory(const std::string& target, const ZipFiles& files);

}  // namespace kinode::store
