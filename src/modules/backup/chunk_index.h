// Where each chunk of a repository is.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "modules/backup/keys.h"

namespace kinode::backup {

enum class Encoding : std::uint8_t { kPlain = 0, kZstd = 1 };

/// A chunk as the footer of its pack describes it. Chunks stand one after the other, so where one
/// begins follows from those before it.
struct PackedChunk {
  ChunkId id;
  Encoding encoding = Encoding::kPlain;
  std::uint32_t plain_size = 0;
  std::uint32_t stored_size = 0;  // with the tag
  bool operator==(const PackedChunk&) const = default;
};

struct PackContents {
  ObjectId id;
  std::uint64_t size = 0;  // of the whole pack
  std::vector<PackedChunk> chunks;
  bool operator==(const PackContents&) const = default;
};

struct ChunkPlace {
  ObjectId pack;
  std::uint32_t offset = 0;
  std::uint32_t ordinal = 0;  // among the chunks of its pack
  PackedChunk chunk;
};

/// One thread at a time.
class ChunkIndex {
 public:
  /// kOverloaded: more chunks than fit (limits.h).
  Status add(const PackContents& pack);

  bool has(const ChunkId& id) const { return chunks_.contains(id); }
  std::optional<ChunkPlace> find(const ChunkId& id) const;
  bool has_pack(const ObjectId& id) const { return numbers_.contains(id.text()); }
  std::size_t size() const { return chunks_.size(); }

 private:
  struct Short {
    std::uint32_t pack;
    std::uint32_t offset;
    std::uint32_t ordinal;
    std::uint32_t plain_size;
    std::uint32_t stored_size;
    Encoding encoding;
  };
  std::unordered_map<ChunkId, Short, ChunkIdHash> chunks_;
  std::vector<ObjectId> packs_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// An index object's content; and what it says, bounded (kCorrupt).
ByteVector encode_index(const std::vector<PackContents>& packs);
Result<std::vector<PackContents>> decode_index(ByteView bytes);

/// The chunks of one pack, as both index and footer have them. kCorrupt.
void encode_chunks(const std::vector<PackedChunk>& chunks, class WireWriter& out);
Result<std::vector<PackedChunk>> decode_chunks(class WireReader& in);

}  // namespace kinode::backup
