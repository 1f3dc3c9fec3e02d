// What a snapshot says of a home (docs/formats/backup.md, "Snapshots").
#pragma once

#include <string>
#include <vector>

#include "modules/backup/chunk_index.h"
#include "port/frozen.h"

namespace kinode::backup {

/// The object snapshots/<id>.
struct Snapshot {
  ObjectId id;
  std::string node;
  std::int64_t unix_ms = 0;  // when the backup began
  std::uint64_t files = 0;
  std::uint64_t directories = 0;
  std::uint64_t links = 0;
  std::uint64_t bytes = 0;        // of files
  std::vector<ChunkId> segments;  // chunks with the entries, in order
  bool operator==(const Snapshot&) const = default;
};

ByteVector encode_snapshot(const Snapshot& snapshot);
/// Bounded; the id is not in the bytes. kCorrupt, kUnsupported.
Result<Snapshot> decode_snapshot(ByteView bytes);

/// An entry of a home with the chunks of its content, in order.
struct ManifestEntry {
  port::FrozenEntry entry;
  /// More chunks of the file before; only `chunks` means something.
  bool continued = false;
  std::vector<ChunkId> chunks;
};

/// A path that stays below the home: relative, no empty, `.` or `..` part, no NUL, bounded.
Status check_entry_path(std::string_view path);

/// Appends one entry. A file has at most limits::kBackupEntryChunksMax chunks in one entry.
void encode_entry(const ManifestEntry& entry, class WireWriter& out);

/// All entries of a segment, each checked: path, size of texts, counts. kCorrupt.
Result<std::vector<ManifestEntry>> decode_segment(ByteView bytes);

}  // namespace kinode::backup
