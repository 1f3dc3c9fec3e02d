// The keys of a repository (docs/formats/backup.md, "Keys").
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/aead.h"
#include "crypto/key_derivation.h"

namespace kinode::backup {

/// Names a content: BLAKE2b-256 under a key of the repository, so that whoever sees it learns
/// nothing about the content.
struct ChunkId {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const ChunkId&) const = default;
};

struct ChunkIdHash {
  std::size_t operator()(const ChunkId& id) const {  // already random
    std::size_t out = 0;
    std::memcpy(&out, id.bytes.data(), sizeof out);
    return out;
  }
};

/// Sixteen random bytes that name a pack, an index, a snapshot, a key or a repository.
struct ObjectId {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const ObjectId&) const = default;

  static ObjectId random(Random& random);
  /// 32 lowercase hex digits; anything else is kInvalid.
  static Result<ObjectId> parse(std::string_view text);
  std::string text() const { return hex_encode(bytes); }
};

enum class ObjectKind : std::uint8_t { kPack, kIndex, kSnapshot };

/// "packs/", "index/" or "snapshots/".
std::string_view prefix_of(ObjectKind kind);
std::string name_of(ObjectKind kind, const ObjectId& id);

/// The first eight bytes of an object of this kind.
std::string_view magic_of(ObjectKind kind);

/// Everything that follows from the master key. Thread: any.
class Keys {
 public:
  /// 32 bytes.
  explicit Keys(crypto::SecretBytes master);

  const crypto::SecretBytes& master() const { return master_; }
  ChunkId chunk_id(ByteView plain) const;
  /// For one object, which has a name of its own: so every object has its own nonces.
  crypto::Aead object_key(ObjectKind kind, const ObjectId& id) const;
  /// Decides where large files are cut.
  const crypto::SecretBytes& gear() const { return gear_; }

 private:
  crypto::SecretBytes master_;
  crypto::SecretBytes chunk_;
  crypto::SecretBytes gear_;
};

/// The nonce of the nth piece of an object.
crypto::GcmNonce piece_nonce(std::uint64_t n);

/// An object of one piece: magic, ciphertext, tag.
Result<ByteVector> seal_object(const Keys& keys, ObjectKind kind, const ObjectId& id,
                               ByteView plain);
/// kCorrupt, with the object's name.
Result<ByteVector> open_object(const Keys& keys, ObjectKind kind, const ObjectId& id,
                               ByteView sealed);

}  // namespace kinode::backup
