// Manifests: refused with a reason, or the same bytes after a round trip.
#include <algorithm>
#include <cstdint>

#include "base/assert.h"
#include "modules/backup/manifest.h"
#include "modules/backup/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  if (const auto entries = backup::decode_segment(input)) {
    backup::WireWriter out;
    for (const auto& entry : *entries) {
      if (!entry.continued) KINODE_ASSERT(backup::check_entry_path(entry.entry.path).has_value());
      backup::encode_entry(entry, out);
    }
    KINODE_ASSERT(std::ranges::equal(out.bytes(), input));
  } else {
    KINODE_ASSERT(!entries.error().detail.empty());
  }
  if (const auto snapshot = backup::decode_snapshot(input)) {
    KINODE_ASSERT(std::ranges::equal(backup::encode_snapshot(*snapshot), input));
  } else {
    KINODE_ASSERT(!snapshot.error().detail.empty());
  }
  return 0;
}
