// Writes MessagePack the way rmp-serde does (kernel.md 1.1): shortest integers, structs as arrays.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace kinode::msg {

/// How byte vectors are written: as arrays of integers, which every peer reads and which is what
/// gets signed, or as `bin`, up to half the size.
enum class BytesForm : std::uint8_t { kIntegers, kBin };

class MsgpackWriter {
 public:
  explicit MsgpackWriter(BytesForm form = BytesForm::kIntegers) : form_(form) {}

  void nil() { out_.push_back(0xc0); }
  void boolean(bool value) { out_.push_back(value ? 0xc3 : 0xc2); }
  void integer(std::uint64_t value);
  void string(std::string_view text);
  void bytes(ByteView bytes);

  /// Headers: `count` elements, or pairs of key and value, must follow.
  void array(std::size_t count);
  void map(std::size_t count);

  void reserve(std::size_t bytes) { out_.reserve(bytes); }
  ByteVector take() { return std::move(out_); }

 private:
  void big_endian(std::uint8_t tag, std::uint64_t value, std::size_t width);
  void raw(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  ByteVector out_;
  BytesForm form_;
};

}  // namespace kinode::msg
