#include "kernel/names.h"

#include <array>
#include <cstring>
#include <string>

namespace kinode::kernel {

namespace {

// Names of nodes and of processes never have the same text to hash, so their keys do not cancel.
constexpr char kNodeTag = 'n';
constexpr char kProcessTag = 'p';
constexpr std::size_t kHeadBytes = 1 + 2 * sizeof(std::uint32_t);

}  // namespace

Key key_of(const IdView& id) {
  // With the lengths of the first two parts, and the rest is the third.
  const std::size_t bytes =
      kHeadBytes + id.process.size() + id.package.size() + id.publisher.size();
  std::array<char, 256> small;  // NOLINT(*-member-init): filled below
  std::string large;
  char* out = small.data();
  if (bytes > small.size()) {
    large.resize(bytes);
    out = large.data();
  }
  const std::array<std::uint32_t, 2> sizes = {static_cast<std::uint32_t>(id.process.size()),
                                              static_cast<std::uint32_t>(id.package.size())};
  out[0] = kProcessTag;
  std::memcpy(out + 1, sizes.data(), sizeof sizes);
  char* at = out + kHeadBytes;
  for (const std::string_view part : {id.process, id.package, id.publisher}) {
    part.copy(at, part.size());
    at += part.size();
  }
  return crypto::keyed_hash({out, bytes});
}

Key key_of_node(std::string_view node) {
  std::string text(1, kNodeTag);
  text += node;
  return crypto::keyed_hash(text);
}

}  // namespace kinode::kernel
