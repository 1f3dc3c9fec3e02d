// Package files from outside: manifest.json and metadata.json.
#include <cstdint>

#include "base/assert.h"
#include "msg/manifest.h"
#include "msg/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  const ByteView input(data, size);
  if (const auto entries = msg::decode_manifest(input)) {
    const std::string text = msg::encode_manifest(*entries);
    const auto again = msg::decode_manifest(as_bytes(text));
    KINODE_ASSERT(again && msg::encode_manifest(*again) == text);
    for (const msg::ManifestEntry& entry : *entries) KINODE_ASSERT(!entry.process_name.empty());
  } else {
    KINODE_ASSERT(entries.error().detail.starts_with("manifest.json: "));
  }
  if (const auto metadata = msg::decode_metadata(input)) {
    const auto again = msg::decode_metadata(as_bytes(msg::encode_metadata(*metadata)));
    KINODE_ASSERT(again && *again == *metadata);
  } else {
    KINODE_ASSERT(metadata.error().detail.starts_with("metadata.json: "));
  }
  return 0;
}
