#include "modules/backup/chunk_index.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

constexpr std::size_t kChunkRowBytes = 32 + 1 + 4 + 4;

std::unexpected<Error> damaged(std::string_view what) {
  return fail(Code::kCorrupt, fmt::format("{} is not as it was written", what));
}

}  // namespace

Status ChunkIndex::add(const PackContents& pack) {
  if (chunks_.size() + pack.chunks.size() > limits::kBackupChunksMax) {
    return fail(Code::kOverloaded,
                fmt::format("the repository has more than {} chunks: begin another one",
                            limits::kBackupChunksMax));
  }
  const auto [number, fresh] = numbers_.try_emplace(pack.id.text(), packs_.size());
  if (fresh) packs_.push_back(pack.id);
  std::uint32_t offset = static_cast<std::uint32_t>(magic_of(ObjectKind::kPack).size());
  std::uint32_t ordinal = 0;
  for (const PackedChunk& chunk : pack.chunks) {
    chunks_.try_emplace(chunk.id, Short{number->second, offset, ordinal, chunk.plain_size,
                                        chunk.stored_size, chunk.encoding});
    offset += chunk.stored_size;
    ++ordinal;
  }
  return {};
}

std::optional<ChunkPlace> ChunkIndex::find(const ChunkId& id) const {
  const auto found = chunks_.find(id);
  if (found == chunks_.end()) return std::nullopt;
  const Short& at = found->second;
  return ChunkPlace{packs_[at.pack], at.offset, at.ordinal,
                    PackedChunk{id, at.encoding, at.plain_size, at.stored_size}};
}

void encode_chunks(const std::vector<PackedChunk>& chunks, WireWriter& out) {
  out.number(static_cast<std::uint32_t>(chunks.size()));
  for (const PackedChunk& chunk : chunks) {
    out.raw(chunk.id.bytes);
    out.number(static_cast<std::uint8_t>(chunk.encoding));
    out.number(chunk.plain_size);
    out.number(chunk.stored_size);
  }
}

Result<std::vector<PackedChunk>> decode_chunks(WireReader& in) {
  std::vector<PackedChunk> out(in.count(limits::kBackupPackChunksMax, kChunkRowBytes));
  std::uint64_t total = 0;
  for (PackedChunk& chunk : out) {
    std::ranges::copy(in.raw(chunk.id.bytes.size()), chunk.id.bytes.begin());
    const auto encoding = in.number<std::uint8_t>();
    chunk.encoding = static_cast<Encoding>(encoding);
    chunk.plain_size = in.number<std::uint32_t>();
    chunk.stored_size = in.number<std::uint32_t>();
    total += chunk.stored_size;
    const bool plain = encoding == static_cast<std::uint8_t>(Encoding::kPlain);
    if ((!plain && encoding != static_cast<std::uint8_t>(Encoding::kZstd)) ||
        chunk.plain_size > limits::kBackupChunkBytesMax ||
        chunk.stored_size < crypto::Aead::kTagBytes ||
        chunk.stored_size > limits::kBackupChunkBytesMax + crypto::Aead::kTagBytes ||
        (plain && chunk.stored_size != chunk.plain_size + crypto::Aead::kTagBytes)) {
      return damaged("the list of chunks");
    }
  }
  if (!in.ok() || total > limits::kBackupObjectBytesMax) return damaged("the list of chunks");
  return out;
}

ByteVector encode_index(const std::vector<PackContents>& packs) {
  WireWriter out;
  out.number(static_cast<std::uint32_t>(packs.size()));
  for (const PackContents& pack : packs) {
    out.raw(pack.id.bytes);
    out.number(static_cast<std::uint32_t>(pack.size));
    encode_chunks(pack.chunks, out);
  }
  return out.take();
}

Result<std::vector<PackContents>> decode_index(ByteView bytes) {
  WireReader in(bytes);
  constexpr std::size_t kPackRowBytes = 16 + 4 + 4;
  std::vector<PackContents> out(in.count(limits::kBackupIndexChunksMax, kPackRowBytes));
  for (PackContents& pack : out) {
    const ByteView id = in.raw(pack.id.bytes.size());
    std::ranges::copy(id, pack.id.bytes.begin());
    pack.size = in.number<std::uint32_t>();
    auto chunks = decode_chunks(in);
    if (!chunks) return std::unexpected(std::move(chunks.error()));
    pack.chunks = std::move(*chunks);
  }
  if (!in.ok() || !in.at_end()) return damaged("the index");
  return out;
}

}  // namespace kinode::backup
