// A pack: many chunks, encrypted one by one, and a list of them (docs/formats/backup.md, "Packs").
#pragma once

#include <span>

#include "modules/backup/chunk_index.h"

namespace kinode::backup {

/// A pack that is being filled. One thread.
class PackBuilder {
 public:
  PackBuilder(const Keys& keys, const ObjectId& id);

  /// Appends a chunk. `stored` is the content as `chunk.encoding` says; `chunk.stored_size` is set
  /// here.
  Status add(PackedChunk chunk, ByteView stored);

  /// Time to finish it, before another chunk.
  bool is_full() const;
  bool empty() const { return contents_.chunks.empty(); }
  std::size_t bytes() const { return bytes_.size(); }

  /// Appends the list; the pack's bytes are then complete.
  Status finish();
  const PackContents& contents() const { return contents_; }
  ByteView view() const { return bytes_; }

 private:
  crypto::Aead key_;
  PackContents contents_;
  ByteVector bytes_;
};

/// Reads chunks of one pack. One thread.
class PackReader {
 public:
  PackReader(const Keys& keys, const ObjectId& id)
      : keys_(keys), id_(id), key_(keys.object_key(ObjectKind::kPack, id)) {}

  /// What a whole pack holds: the list, checked against its size and beginning. The chunks
  /// themselves are not looked at.
  Result<PackContents> contents(ByteView pack);

  /// Decrypts, decompresses and compares with the id. kCorrupt.
  Result<ByteVector> open(const PackedChunk& chunk, std::uint32_t ordinal, ByteView stored);

  /// The same but for the comparison with the id, which takes most of the time: for whoever knows
  /// that id and content belonged together when they were encrypted. The tag, the sizes and the
  /// checksum of what is compressed are looked at.
  Status check(const PackedChunk& chunk, std::uint32_t ordinal, ByteView stored);

 private:
  Result<ByteVector> decode(const PackedChunk& chunk, std::uint32_t ordinal, ByteView stored);

  const Keys& keys_;
  const ObjectId id_;
  crypto::Aead key_;
};

/// The list's length stands in the last four bytes of a pack.
inline constexpr std::size_t kPackTailBytes = 4;

/// The list of a pack once decrypted, bounded. kCorrupt.
Result<std::vector<PackedChunk>> decode_pack_list(ByteView plain);

/// How a chunk's content is stored best: compressed, unless that saves too little. Empty: as it is.
/// `room` is used again and again.
ByteView compress(ByteView plain, ByteVector& room);

}  // namespace kinode::backup
