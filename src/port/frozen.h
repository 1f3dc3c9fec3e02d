// What a part of the node keeps on disk, as it stood at one instant: how a backup of a running node
// reads it while programs go on writing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"

namespace kinode::port {

/// A file, directory or link as it stood at the instant.
struct FrozenEntry {
  enum class Kind : std::uint8_t { kDirectory, kFile, kLink };

  Kind kind = Kind::kFile;
  std::string path;              // below the home, without a slash in front
  std::uint32_t mode = 0;        // permission bits
  std::int64_t modified_ns = 0;  // since 1970-01-01 UTC
  std::uint64_t size = 0;        // bytes; of files
  std::string target;            // of links
  /// Differs whenever the content may differ from that of an earlier backup with the same path;
  /// empty: not known, the content has to be read.
  std::string version;
};

/// Thread: one at a time; blocks. Lifetime: not longer than the part it came from.
class FrozenContent {
 public:
  virtual ~FrozenContent() = default;

  /// Fills `into` from `offset` on; less than its size at the end only.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) = 0;
};

/// Its end lets go of whatever keeps the instant readable, and may block.
/// Thread: one at a time; blocks.
class FrozenPart {
 public:
  virtual ~FrozenPart() = default;

  /// Every entry once, a directory before what is in it; ends with the first error of `visit`.
  using Visit = std::function<Status(const FrozenEntry&)>;
  virtual Status walk(const Visit& visit) = 0;

  /// While `visit` is at that file; what it gives is read before the next file is visited.
  virtual Result<std::unique_ptr<FrozenContent>> open(const FrozenEntry& file) = 0;
};

/// A part of the node that keeps something in the home.
class Freezable {
 public:
  virtual ~Freezable() = default;

  /// What takes long and can be done before the instant. Blocks; writes go on.
  virtual Status prepare_freeze() { return {}; }

  /// The instant: the home's write gate is closed, nothing changes. All parts together have a few
  /// milliseconds.
  virtual Result<std::unique_ptr<FrozenPart>> freeze() = 0;
};

}  // namespace kinode::port
