// Reads MessagePack from peers with rmp-serde's tolerance (net-eth.md 2.2): structs as arrays or
// maps, bytes as integers or `bin`, integers of any width, variants by name or number.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::msg {

/// A cursor with a sticky error: after the first one every read yields a zero value and moves no
/// further. Loops must check ok(). Never allocates by a length that the input cannot fill, never
/// recurses.
class MsgpackReader {
 public:
  explicit MsgpackReader(ByteView bytes) : bytes_(bytes) {}

  bool boolean(std::string_view what);
  std::uint64_t integer(std::string_view what, std::uint64_t max = ~std::uint64_t{0});
  std::string_view text(std::string_view what, std::size_t max_bytes);  // points into the input
  Bytes bytes(std::string_view what, std::size_t max_bytes);

  /// Consumes a nil, if one is next.
  bool nil();

  /// The length of an array, every element of which takes at least one byte of the input.
  std::size_t array(std::string_view what, std::size_t max);
  /// An array of exactly `count` elements, such as a tuple.
  void tuple(std::string_view what, std::size_t count);

  /// The pairs of a map.
  std::size_t map(std::string_view what, std::size_t max);

  /// Reads a struct: calls `read(field)` with the position of each field in `names`, in the order
  /// of the input; every field exactly once, except that a map may leave out those that `optional`
  /// has a bit for. Unknown keys of a map are skipped, a key may also be the field's number.
  template <class Read>
  void structure(std::string_view what, std::span<const std::string_view> names,
                 std::uint32_t optional, Read read) {
    std::optional<std::size_t> pairs = open_struct(what, names.size());
    if (!pairs) {
      for (std::size_t i = 0; i < names.size() && ok_; ++i) read(i);
      return;
    }
    std::uint32_t seen = 0;
    for (std::size_t i = 0; i < *pairs && ok_; ++i) {
      const std::size_t field = next_key(what, names, seen);
      if (field < names.size()) read(field);
    }
    check_missing(what, names, seen | optional);
  }

  /// Reads the name or number of a variant and says whether a value follows in the input. Without a
  /// value the variant was bare.
  struct Variant {
    std::size_t index = 0;
    bool has_value = false;
  };
  Variant variant(std::string_view what, std::span<const std::string_view> names);

  /// For variants without data: the value, if there is one, must be nil.
  void unit(std::string_view what, Variant variant);
  /// For variants with data: a bare one is an error.
  void need_value(std::string_view what, Variant variant);

  /// Skips one value of any kind.
  void skip();

  /// Notes an error about what was read last.
  void refuse(std::string_view what, std::string_view expected);

  bool ok() const { return ok_; }
  /// The first error, with the offset where it was. Bytes that are left over are no error.
  Status status() const;
  std::size_t offset() const { return offset_; }

 private:
  std::uint8_t tag(std::string_view what);  // consumes it
  std::optional<std::uint8_t> peek() const;
  std::uint64_t big_endian(std::string_view what, std::size_t width);
  ByteView take(std::string_view what, std::uint64_t n);
  void mismatch(std::string_view what, std::string_view expected, std::uint8_t found);
  std::size_t take_small_integers(std::span<std::uint8_t> out);
  std::size_t checked_count(std::string_view what, std::uint64_t n, std::size_t bytes_each,
                            std::size_t max);
  std::size_t find_name(std::string_view what, std::span<const std::string_view> names);
  std::optional<std::size_t> open_struct(std::string_view what, std::size_t fields);
  std::size_t next_key(std::string_view what, std::span<const std::string_view> names,
                       std::uint32_t& seen);
  void check_missing(std::string_view what, std::span<const std::string_view> names,
                     std::uint32_t seen);
  std::uint64_t skip_one();

  ByteView bytes_;
  std::size_t offset_ = 0;
  std::size_t last_ = 0;  // where the last value began
  bool ok_ = true;
  std::string error_;
};

}  // namespace kinode::msg
