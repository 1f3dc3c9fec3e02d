// Package archives from outside, and rows that a damaged disk gives back.
#include <cstdint>

#include "base/assert.h"
#include "store/cap_row.h"
#include "store/zip_archive.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  const store::ZipLimits limits{
      .entries_max = 100, .entry_bytes_max = 64u << 10, .total_bytes_max = 256u << 10};
  if (const auto files = store::read_zip(input, limits)) {
    KINODE_ASSERT(files->size() <= limits.entries_max);
    std::size_t total = 0;
    for (const auto& [path, content] : *files) {
      const auto safe = store::SafePath::parse(path);
      KINODE_ASSERT(safe && safe->text() == path);
      KINODE_ASSERT(content.size() <= limits.entry_bytes_max);
      total += content.size();
    }
    KINODE_ASSERT(total <= limits.total_bytes_max);
  } else {
    KINODE_ASSERT(!files.error().detail.empty());
  }
  if (const auto held = store::decode_cap_row(input)) {
    KINODE_ASSERT(store::decode_cap_row(store::encode_cap_row(*held)) == held);
  }
  return 0;
}
