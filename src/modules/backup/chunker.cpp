#include "modules/backup/chunker.h"

#include <algorithm>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

// Before the average size a cut needs more zero bits than after it: sizes gather around it.
constexpr int kAverageBits = 20;
static_assert(limits::kBackupChunkBytesAverage == std::size_t{1} << kAverageBits);
constexpr std::uint64_t top_bits(int n) { return ~std::uint64_t{0} << (64 - n); }
constexpr std::uint64_t kEarly = top_bits(kAverageBits + 2);
constexpr std::uint64_t kLate = top_bits(kAverageBits - 2);

}  // namespace

Chunker::Chunker(const crypto::SecretBytes& gear) {
  for (std::size_t i = 0; i < gear_.size(); ++i) {
    WireWriter number;
    number.number(static_cast<std::uint32_t>(i));
    const crypto::Hash hash = crypto::blake2b_keyed(gear, number.bytes());
    gear_[i] = WireReader(hash).number<std::uint64_t>();
  }
}

std::size_t Chunker::cut(ByteView window) const {
  const std::size_t end = std::min(window.size(), limits::kBackupChunkBytesMax);
  if (end <= limits::kBackupChunkBytesMin) return end;
  const std::size_t average = std::min(end, limits::kBackupChunkBytesAverage);
  std::uint64_t hash = 0;
  std::size_t i = limits::kBackupChunkBytesMin;
  for (; i < average; ++i) {
    hash = (hash << 1) + gear_[window[i]];
    if ((hash & kEarly) == 0) return i + 1;
  }
  for (; i < end; ++i) {
    hash = (hash << 1) + gear_[window[i]];
    if ((hash & kLate) == 0) return i + 1;
  }
  return end;
}

}  // namespace kinode::backup
