// Packs as a whole, their lists, and indexes: refused with a reason, or the same bytes again.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "modules/backup/pack.h"
#include "modules/backup/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  static const backup::Keys kKeys(crypto::SecretBytes(32));
  KINODE_ASSERT(!backup::PackReader(kKeys, {}).contents(input));  // nobody guesses a tag
  if (const auto list = backup::decode_pack_list(input)) {
    backup::WireWriter out;
    backup::encode_chunks(*list, out);
    KINODE_ASSERT(std::ranges::equal(out.bytes(), input));
  } else {
    KINODE_ASSERT(!list.error().detail.empty());
  }
  if (const auto packs = backup::decode_index(input)) {
    KINODE_ASSERT(std::ranges::equal(backup::encode_index(*packs), input));
    backup::ChunkIndex index;
    for (const auto& pack : *packs) {
      KINODE_ASSERT(index.add(pack).has_value());
      for (const auto& chunk : pack.chunks) KINODE_ASSERT(index.find(chunk.id).has_value());
    }
  } else {
    KINODE_ASSERT(!packs.error().detail.empty());
  }
  return 0;
}
