// Walks the entries of a snapshot.
#pragma once

#include <functional>

#include "modules/backup/repository.h"

namespace kinode::backup {

/// Calls `visit` with every entry in order; a long file comes in several, the later ones
/// `continued`. Ends with the first error of it, or kNotFound or kCorrupt of a segment.
using VisitEntry = std::function<Status(ManifestEntry&)>;
Status walk_snapshot(Repository& repository, const ChunkIndex& index, const Snapshot& snapshot,
                     const VisitEntry& visit);

/// What an earlier backup knows of a file.
struct KnownFile {
  std::string version;
  std::uint64_t size = 0;
  std::vector<ChunkId> chunks;
};
using KnownFiles = std::unordered_map<std::string, KnownFile>;

/// Files of the newest snapshot of this node whose chunks are all there; empty when there is none
/// or it is damaged, which only costs reading.
KnownFiles known_files(Repository& repository, const ChunkIndex& index, std::string_view node);

}  // namespace kinode::backup
