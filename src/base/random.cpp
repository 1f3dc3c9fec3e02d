#include "base/random.h"

#include <bit>
#include <cerrno>
#include <cstring>
#include <sys/random.h>

#include "base/assert.h"
#include "base/splitmix.h"

namespace kinode {

std::uint64_t Random::next_u64() {
  std::uint8_t raw[8];
  fill(raw);
  std::uint64_t value;
  std::memcpy(&value, raw, sizeof value);
  return value;
}

void OsRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    KINODE_ASSERT(got > 0);  // the kernel's pool is always there on the systems we run on
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void SeededRandom::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const std::uint64_t z = splitmix64(state_);
    const std::size_t n = out.size() < 8 ? out.size() : 8;
    std::memcpy(out.data(), &z, n);
    out = out.subspan(n);
  }
}

IdStream::IdStream(Random& seed) {
  for (auto& word : s_) word = seed.next_u64();
  if ((s_[0] | s_[1] | s_[2] | s_[3]) == 0) s_[0] = 1;  // the one state it cannot leave
}

std::uint64_t IdStream::next() {
  const std::uint64_t result = std::rotl(s_[0] + s_[3], 23) + s_[0];
  const std::uint64_t t = s_[1] << 17;
  s_[2] ^= s_[0];
  s_[3] ^= s_[1];
  s_[1] ^= s_[2];
  s_[0] ^= s_[3];
  s_[2] ^= t;
  s_[3] = std::rotl(s_[3], 45);
  return result;
}

}  // namespace kinode
