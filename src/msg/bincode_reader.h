// Reads bincode's basic types from bytes that nobody vouches for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::msg {

/// A cursor with a sticky error: after the first one every read yields a zero value and changes
/// nothing, so callers may check once at the end. Loops must check ok() each time.
class BincodeReader {
 public:
  explicit BincodeReader(ByteView bytes) : bytes_(bytes) {}

  bool boolean(std::string_view what);
  std::uint32_t u32(std::string_view what);
  std::uint64_t u64(std::string_view what);
  ByteView bytes(std::string_view what);         // points into the input
  std::string_view text(std::string_view what);  // UTF-8, points into the input

  /// The tag of an optional.
  bool some(std::string_view what) { return boolean(what); }

  /// A variant number below `variants`.
  std::uint32_t variant(std::string_view what, std::uint32_t variants);

  /// The length of a list whose elements take at least `element_bytes` each, so that the caller may
  /// reserve.
  std::size_t count(std::string_view what, std::size_t element_bytes);

  /// Notes an error about what was read last, at the offset where it began.
  void refuse(std::string_view what, std::string_view expected);

  bool ok() const { return ok_; }
  Status finish();  // also an error: bytes that are left over

 private:
  ByteView take(std::string_view what, std::size_t n);

  ByteView bytes_;
  std::size_t offset_ = 0;
  std::size_t last_ = 0;  // where the last read began
  bool ok_ = true;
  std::string error_;
};

}  // namespace kinode::msg
