// Hashes that nobody outside can predict, for tables of names that others choose.
#pragma once

#include <cstdint>
#include <string_view>

namespace kinode::crypto {

/// Never all zeros.
struct KeyedHash {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const KeyedHash&) const = default;
};

/// SipHash-2-4 of 128 bits under a key that is drawn when the program starts: equal texts have
/// equal hashes while it runs, and whoever does not know the key cannot find two texts with one.
/// Not to be stored. Thread: any.
KeyedHash keyed_hash(std::string_view text);

}  // namespace kinode::crypto
