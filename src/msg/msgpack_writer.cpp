#include "msg/msgpack_writer.h"

#include <algorithm>

namespace kinode::msg {

void MsgpackWriter::big_endian(std::uint8_t tag, std::uint64_t value, std::size_t width) {
  out_.push_back(tag);
  for (std::size_t i = width; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

void MsgpackWriter::integer(std::uint64_t value) {
  if (value < 0x80) return out_.push_back(static_cast<std::uint8_t>(value));
  if (value <= 0xff) return big_endian(0xcc, value, 1);
  if (value <= 0xffff) return big_endian(0xcd, value, 2);
  if (value <= 0xffffffff) return big_endian(0xce, value, 4);
  big_endian(0xcf, value, 8);
}

void MsgpackWriter::string(std::string_view text) {
  const std::size_t n = text.size();
  if (n < 32) {
    out_.push_back(static_cast<std::uint8_t>(0xa0 | n));
  } else if (n <= 0xff) {
    big_endian(0xd9, n, 1);
  } else if (n <= 0xffff) {
    big_endian(0xda, n, 2);
  } else {
    big_endian(0xdb, n, 4);
  }
  raw(as_bytes(text));
}

void MsgpackWriter::bytes(ByteView bytes) {
  const std::size_t n = bytes.size();
  if (form_ == BytesForm::kBin) {
    if (n <= 0xff) {
      big_endian(0xc4, n, 1);
    } else if (n <= 0xffff) {
      big_endian(0xc5, n, 2);
    } else {
      big_endian(0xc6, n, 4);
    }
    return raw(bytes);
  }
  array(n);
  const auto large =
      static_cast<std::size_t>(std::ranges::count_if(bytes, [](auto b) { return b >= 0x80; }));
  const std::size_t start = out_.size();
  out_.resize(start + n + large);
  std::uint8_t* to = out_.data() + start;
  // Without branches: half of random bytes need the prefix, and a wrong guess costs more than a
  // store.
  for (const std::uint8_t b : bytes) {
    *to = 0xcc;
    to += b >> 7;
    *to++ = b;
  }
}

void MsgpackWriter::array(std::size_t count) {
  if (count < 16) {
    out_.push_back(static_cast<std::uint8_t>(0x90 | count));
  } else if (count <= 0xffff) {
    big_endian(0xdc, count, 2);
  } else {
    big_endian(0xdd, count, 4);
  }
}

void MsgpackWriter::map(std::size_t count) {
  if (count < 16) {
    out_.push_back(static_cast<std::uint8_t>(0x80 | count));
  } else if (count <= 0xffff) {
    big_endian(0xde, count, 2);
  } else {
    big_endian(0xdf, count, 4);
  }
}

}  // namespace kinode::msg
