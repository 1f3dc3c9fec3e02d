#include "modules/backup/manifest.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

using Kind = port::FrozenEntry::Kind;

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kIdBytes = 32;
constexpr std::size_t kPartBytesMax = 255;
constexpr std::uint32_t kModeMask = 07777;

enum class Tag : std::uint8_t { kDirectory = 0, kFile = 1, kLink = 2, kMoreChunks = 3 };

std::unexpected<Error> damaged(std::string_view what) {
  return fail(Code::kCorrupt, fmt::format("{} is not as it was written", what));
}

void encode_ids(const std::vector<ChunkId>& ids, WireWriter& out) {
  out.number(static_cast<std::uint32_t>(ids.size()));
  for (const ChunkId& id : ids) out.raw(id.bytes);
}

std::vector<ChunkId> decode_ids(WireReader& in, std::size_t most) {
  std::vector<ChunkId> out(in.count(most, kIdBytes));
  for (ChunkId& id : out) std::ranges::copy(in.raw(kIdBytes), id.bytes.begin());
  return out;
}

Tag tag_of(const ManifestEntry& entry) {
  if (entry.continued) return Tag::kMoreChunks;
  switch (entry.entry.kind) {
    case Kind::kDirectory:
      return Tag::kDirectory;
    case Kind::kLink:
      return Tag::kLink;
    case Kind::kFile:
      break;
  }
  return Tag::kFile;
}

Status decode_named(WireReader& in, Tag tag, ManifestEntry& out) {
  port::FrozenEntry& entry = out.entry;
  entry.kind = tag == Tag::kDirectory ? Kind::kDirectory
               : tag == Tag::kLink    ? Kind::kLink
                                      : Kind::kFile;
  entry.path = in.text();
  entry.mode = in.number<std::uint32_t>();
  entry.modified_ns = in.number<std::int64_t>();
  if (tag == Tag::kLink) {
    entry.target = in.text();
    if (entry.target.empty() || entry.target.size() > limits::kBackupPathBytesMax ||
        entry.target.contains('\0')) {
      return damaged("a link's target");
    }
  }
  if (tag == Tag::kFile) {
    entry.size = in.number<std::uint64_t>();
    entry.version = in.text();
    if (entry.version.size() > limits::kBackupVersionBytesMax) return damaged("a file's version");
    out.chunks = decode_ids(in, limits::kBackupEntryChunksMax);
  }
  if (!in.ok() || entry.mode > kModeMask) return damaged("an entry");
  return check_entry_path(entry.path);
}

}  // namespace

Status check_entry_path(std::string_view path) {
  const auto refuse = [&](std::string_view why) {
    return fail(Code::kCorrupt, fmt::format("the path {} {}", printable(path.substr(0, 200)), why));
  };
  if (path.empty() || path.size() > limits::kBackupPathBytesMax) {
    return refuse("is empty or too long");
  }
  if (path.contains('\0')) return refuse("has a NUL byte");
  for (std::string_view rest = path;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return refuse("leaves the home");
    if (part.size() > kPartBytesMax) return refuse("has a part longer than 255 bytes");
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

void encode_entry(const ManifestEntry& entry, WireWriter& out) {
  const Tag tag = tag_of(entry);
  out.number(static_cast<std::uint8_t>(tag));
  if (tag == Tag::kMoreChunks) return encode_ids(entry.chunks, out);
  out.text(entry.entry.path);
  out.number(entry.entry.mode & kModeMask);
  out.number(entry.entry.modified_ns);
  if (tag == Tag::kLink) out.text(entry.entry.target);
  if (tag != Tag::kFile) return;
  out.number(entry.entry.size);
  out.text(entry.entry.version);
  encode_ids(entry.chunks, out);
}

Result<std::vector<ManifestEntry>> decode_segment(ByteView bytes) {
  WireReader in(bytes);
  std::vector<ManifestEntry> out;
  while (in.ok() && !in.at_end()) {
    const auto tag = static_cast<Tag>(in.number<std::uint8_t>());
    if (tag > Tag::kMoreChunks) return damaged("an entry's kind");
    ManifestEntry& entry = out.emplace_back();
    if (tag == Tag::kMoreChunks) {
      entry.continued = true;
      entry.chunks = decode_ids(in, limits::kBackupEntryChunksMax);
    } else if (auto ok = decode_named(in, tag, entry); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
  }
  if (!in.ok()) return damaged("an entry");
  return out;
}

ByteVector encode_snapshot(const Snapshot& snapshot) {
  WireWriter out;
  out.number(kVersion);
  out.text(snapshot.node);
  out.number(snapshot.unix_ms);
  out.number(snapshot.files);
  out.number(snapshot.directories);
  out.number(snapshot.links);
  out.number(snapshot.bytes);
  encode_ids(snapshot.segments, out);
  return out.take();
}

Result<Snapshot> decode_snapshot(ByteView bytes) {
  WireReader in(bytes);
  const auto version = in.number<std::uint32_t>();
  if (in.ok() && version != kVersion) {
    return fail(Code::kUnsupported,
                fmt::format("the backup has version {}: a newer program reads it", version));
  }
  Snapshot out;
  out.node = in.text();
  out.unix_ms = in.number<std::int64_t>();
  out.files = in.number<std::uint64_t>();
  out.directories = in.number<std::uint64_t>();
  out.links = in.number<std::uint64_t>();
  out.bytes = in.number<std::uint64_t>();
  out.segments = decode_ids(in, limits::kBackupSegmentsMax);
  if (!in.ok() || !in.at_end() || out.node.size() > limits::kAddressTextBytesMax) {
    return damaged("the backup's first page");
  }
  return out;
}

}  // namespace kinode::backup
