#include "modules/backup/home_manifest.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::backup {

namespace {

/// True for about one path in kBackupSegmentEntries, always the same ones: a new file then changes
/// the segment that it stands in, and no other.
bool ends_segment(const Keys& keys, std::string_view path) {
  const ChunkId id = keys.chunk_id(as_bytes(path));
  return ChunkIdHash()(id) % limits::kBackupSegmentEntries == 0;
}

}  // namespace

PendingEntry& HomeManifest::begin(port::FrozenEntry entry) {
  PendingEntry& out = pending_.emplace_back();
  out.entry = std::move(entry);
  return out;
}

Status HomeManifest::drain() {
  while (!pending_.empty() && pending_.front().left.load(std::memory_order_acquire) == 0) {
    if (auto ok = write(pending_.front()); !ok) return ok;
    pending_.pop_front();
  }
  return {};
}

Status HomeManifest::write(const PendingEntry& pending) {
  ManifestEntry out;
  out.entry = pending.entry;
  auto next = pending.chunks.begin();
  do {
    const auto n =
        std::min<std::size_t>(pending.chunks.end() - next, limits::kBackupEntryChunksMax);
    out.chunks.assign(next, next + static_cast<std::ptrdiff_t>(n));
    next += static_cast<std::ptrdiff_t>(n);
    encode_entry(out, segment_);
    ++entries_;
    out.continued = true;
    if (segment_.size() >= limits::kBackupSegmentBytes) {
      if (auto ok = end_segment(); !ok) return ok;
    }
  } while (next != pending.chunks.end());
  if (ends_segment(store_.keys(), pending.entry.path)) return end_segment();
  return {};
}

Status HomeManifest::end_segment() {
  if (segment_.size() == 0) return {};
  if (segments_.size() >= limits::kBackupSegmentsMax) {
    return fail(Code::kOverloaded, "the home has more entries than a backup takes");
  }
  left_.fetch_add(1, std::memory_order_relaxed);
  return store_.add(segment_.take(), &segments_.emplace_back(), &left_);
}

Result<std::vector<ChunkId>> HomeManifest::finish() {
  auto ok = store_.wait();
  if (ok) ok = drain();
  if (ok) ok = end_segment();
  if (ok) ok = store_.wait();
  if (!ok) return std::unexpected(std::move(ok.error()));
  return std::vector<ChunkId>(segments_.begin(), segments_.end());
}

}  // namespace kinode::backup
