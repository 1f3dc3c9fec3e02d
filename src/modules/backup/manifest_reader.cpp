#include "modules/backup/manifest_reader.h"

#include <algorithm>

#include "base/limits.h"

namespace kinode::backup {

Status walk_snapshot(Repository& repository, const ChunkIndex& index, const Snapshot& snapshot,
                     const VisitEntry& visit) {
  bool in_file = false;
  std::uint64_t entries = 0;
  for (const ChunkId& segment : snapshot.segments) {
    auto bytes = repository.read_chunk(index, segment);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    auto decoded = decode_segment(*bytes);
    if (!decoded) return std::unexpected(std::move(decoded.error()));
    for (ManifestEntry& entry : *decoded) {
      if (entry.continued && !in_file) {
        return fail(Code::kCorrupt, "the backup's list of files is not as it was written");
      }
      in_file = entry.continued || entry.entry.kind == port::FrozenEntry::Kind::kFile;
      if (!entry.continued && ++entries > limits::kBackupEntriesMax) {
        return fail(Code::kOverloaded, "the backup has more entries than this program takes");
      }
      if (auto ok = visit(entry); !ok) return ok;
    }
  }
  return {};
}

KnownFiles known_files(Repository& repository, const ChunkIndex& index, std::string_view node) {
  auto snapshots = repository.snapshots();
  if (!snapshots) return {};
  const auto newest =
      std::ranges::find(snapshots->rbegin(), snapshots->rend(), node, &Snapshot::node);
  if (newest == snapshots->rend()) return {};
  KnownFiles out;
  KnownFile* last = nullptr;
  const auto ok = walk_snapshot(repository, index, *newest, [&](ManifestEntry& entry) -> Status {
    if (!entry.continued) {
      last = nullptr;
      if (entry.entry.version.empty()) return {};
      last = &out[entry.entry.path];
      *last = {std::move(entry.entry.version), entry.entry.size, {}};
    }
    if (last == nullptr) return {};
    last->chunks.insert(last->chunks.end(), entry.chunks.begin(), entry.chunks.end());
    return {};
  });
  if (!ok) return {};
  std::erase_if(out, [&](const auto& known) {
    return !std::ranges::all_of(known.second.chunks,
                                [&](const ChunkId& id) { return index.has(id); });
  });
  return out;
}

}  // namespace kinode::backup
