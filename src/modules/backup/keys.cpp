#include "modules/backup/keys.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/assert.h"

namespace kinode::backup {

namespace {
constexpr std::uint64_t kOnlyPiece = 0;
}

ObjectId ObjectId::random(Random& random) {
  ObjectId id;
  random.fill(id.bytes);
  return id;
}

Result<ObjectId> ObjectId::parse(std::string_view text) {
  auto bytes = hex_decode(text);
  ObjectId id;
  if (bytes && bytes->size() == id.bytes.size()) {
    std::ranges::copy(*bytes, id.bytes.begin());
    if (id.text() == text) return id;
  }
  return fail(Code::kInvalid, fmt::format("{} is no id: those are 32 digits of 0-9 and a-f",
                                          printable(text.substr(0, 100))));
}

std::string_view prefix_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kPack:
      return "packs/";
    case ObjectKind::kIndex:
      return "index/";
    case ObjectKind::kSnapshot:
      break;
  }
  return "snapshots/";
}

std::string name_of(ObjectKind kind, const ObjectId& id) {
  return std::string(prefix_of(kind)) + id.text();
}

std::string_view magic_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kPack:
      return "KNBpack1";
    case ObjectKind::kIndex:
      return "KNBindx1";
    case ObjectKind::kSnapshot:
      break;
  }
  return "KNBsnap1";
}

Keys::Keys(crypto::SecretBytes master)
    : master_(std::move(master)),
      chunk_(crypto::derive_key(master_, "kinode backup chunk id")),
      gear_(crypto::derive_key(master_, "kinode backup gear")) {
  KINODE_ASSERT(master_.size() == crypto::Aead::kKeyBytes);
}

ChunkId Keys::chunk_id(ByteView plain) const { return {crypto::blake2b_keyed(chunk_, plain)}; }

crypto::Aead Keys::object_key(ObjectKind kind, const ObjectId& id) const {
  const std::string purpose = fmt::format("kinode backup object {}", magic_of(kind));
  return crypto::Aead(crypto::derive_key(master_, purpose, id.bytes));
}

crypto::GcmNonce piece_nonce(std::uint64_t n) {
  crypto::GcmNonce nonce{};
  for (int i = 0; i < 8; ++i) nonce[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return nonce;
}

Result<ByteVector> seal_object(const Keys& keys, ObjectKind kind, const ObjectId& id,
                               ByteView plain) {
  const std::string_view magic = magic_of(kind);
  ByteVector out(magic.begin(), magic.end());
  auto key = keys.object_key(kind, id);
  if (auto ok = key.seal(piece_nonce(kOnlyPiece), as_bytes(magic), plain, out); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return out;
}

Result<ByteVector> open_object(const Keys& keys, ObjectKind kind, const ObjectId& id,
                               ByteView sealed) {
  const std::string_view magic = magic_of(kind);
  const std::string name = name_of(kind, id);
  if (sealed.size() < magic.size() || as_text(sealed.first(magic.size())) != magic) {
    return fail(Code::kCorrupt, name + ": it does not begin as such an object does");
  }
  auto key = keys.object_key(kind, id);
  auto plain = key.open(piece_nonce(kOnlyPiece), as_bytes(magic), sealed.subspan(magic.size()));
  if (!plain) return fail_in(name, std::move(plain.error()));
  return plain;
}

}  // namespace kinode::backup
