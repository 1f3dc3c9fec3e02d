#include "modules/backup/pack.h"

#include <fmt/format.h>
#include <limits>
#include <zstd.h>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

constexpr int kZstdLevel = 1;
constexpr std::uint64_t kListPiece = std::numeric_limits<std::uint64_t>::max();

/// Binds a stored chunk to what is said of it elsewhere.
ByteVector associated(const PackedChunk& chunk) {
  WireWriter out;
  out.raw(chunk.id.bytes);
  out.number(static_cast<std::uint8_t>(chunk.encoding));
  out.number(chunk.plain_size);
  return out.take();
}

std::unexpected<Error> damaged(std::string_view what) {
  return fail(Code::kCorrupt, fmt::format("{} is not as it was written", what));
}

struct ZstdFree {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

}  // namespace

PackBuilder::PackBuilder(const Keys& keys, const ObjectId& id)
    : key_(keys.object_key(ObjectKind::kPack, id)) {
  contents_.id = id;
  const std::string_view magic = magic_of(ObjectKind::kPack);
  bytes_.reserve(limits::kBackupPackBytes + limits::kBackupChunkBytesMax);
  bytes_.assign(magic.begin(), magic.end());
}

Status PackBuilder::add(PackedChunk chunk, ByteView stored) {
  chunk.stored_size = static_cast<std::uint32_t>(stored.size() + crypto::Aead::kTagBytes);
  const auto nonce = piece_nonce(contents_.chunks.size());
  if (auto ok = key_.seal(nonce, associated(chunk), stored, bytes_); !ok) return ok;
  contents_.chunks.push_back(chunk);
  return {};
}

bool PackBuilder::is_full() const {
  return bytes_.size() >= limits::kBackupPackBytes ||
         contents_.chunks.size() >= limits::kBackupPackChunksMax;
}

Status PackBuilder::finish() {
  WireWriter list;
  encode_chunks(contents_.chunks, list);
  const std::size_t before = bytes_.size();
  const std::string_view magic = magic_of(ObjectKind::kPack);
  if (auto ok = key_.seal(piece_nonce(kListPiece), as_bytes(magic), list.bytes(), bytes_); !ok) {
    return ok;
  }
  WireWriter tail;
  tail.number(static_cast<std::uint32_t>(bytes_.size() - before));
  bytes_.insert(bytes_.end(), tail.bytes().begin(), tail.bytes().end());
  contents_.size = bytes_.size();
  return {};
}

Result<std::vector<PackedChunk>> decode_pack_list(ByteView plain) {
  WireReader in(plain);
  auto chunks = decode_chunks(in);
  if (chunks && !in.at_end()) return damaged("the list of chunks");
  return chunks;
}

Result<PackContents> PackReader::contents(ByteView pack) {
  const std::string_view magic = magic_of(ObjectKind::kPack);
  if (pack.size() < magic.size() + kPackTailBytes || as_text(pack.first(magic.size())) != magic) {
    return damaged("its beginning");
  }
  const ByteView body = pack.subspan(magic.size(), pack.size() - magic.size() - kPackTailBytes);
  const auto length = WireReader(pack.last(kPackTailBytes)).number<std::uint32_t>();
  if (length > body.size()) return damaged("its end");
  auto list = key_.open(piece_nonce(kListPiece), as_bytes(magic), body.last(length));
  if (!list) return damaged("the list of chunks");
  auto chunks = decode_pack_list(*list);
  if (!chunks) return std::unexpected(std::move(chunks.error()));
  std::uint64_t total = 0;
  for (const PackedChunk& chunk : *chunks) total += chunk.stored_size;
  if (total != body.size() - length) return damaged("its size");
  return PackContents{id_, pack.size(), std::move(*chunks)};
}

Result<ByteVector> PackReader::decode(const PackedChunk& chunk, std::uint32_t ordinal,
                                      ByteView stored) {
  auto plain = key_.open(piece_nonce(ordinal), associated(chunk), stored);
  if (!plain) return plain;
  if (chunk.encoding == Encoding::kZstd) {
    ByteVector whole(chunk.plain_size);
    const std::size_t size =
        ZSTD_decompress(whole.data(), whole.size(), plain->data(), plain->size());
    if (ZSTD_isError(size) != 0 || size != whole.size()) return damaged("a compressed chunk");
    *plain = std::move(whole);
  }
  if (plain->size() != chunk.plain_size) return damaged("a chunk's size");
  return plain;
}

Status PackReader::check(const PackedChunk& chunk, std::uint32_t ordinal, ByteView stored) {
  auto plain = decode(chunk, ordinal, stored);
  if (!plain) return std::unexpected(std::move(plain.error()));
  return {};
}

Result<ByteVector> PackReader::open(const PackedChunk& chunk, std::uint32_t ordinal,
                                    ByteView stored) {
  auto plain = decode(chunk, ordinal, stored);
  if (plain && keys_.chunk_id(*plain) != chunk.id) return damaged("a chunk's content");
  return plain;
}

ByteView compress(ByteView plain, ByteVector& room) {
  static thread_local std::unique_ptr<ZSTD_CCtx, ZstdFree> context(ZSTD_createCCtx());
  if (context == nullptr || plain.size() < 64) return {};
  room.resize(ZSTD_compressBound(plain.size()));
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, kZstdLevel);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  const std::size_t size =
      ZSTD_compress2(context.get(), room.data(), room.size(), plain.data(), plain.size());
  if (ZSTD_isError(size) != 0 || size > plain.size() - plain.size() / 32) return {};
  return ByteView(room).first(size);
}

}  // namespace kinode::backup
