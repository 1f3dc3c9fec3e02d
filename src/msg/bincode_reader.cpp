#include "msg/bincode_reader.h"

#include <fmt/format.h>

namespace kinode::msg {

namespace {

template <class T>
T little_endian(ByteView bytes) {
  T out = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) out = static_cast<T>(out << 8 | bytes[i]);
  return out;
}

}  // namespace

void BincodeReader::refuse(std::string_view what, std::string_view expected) {
  if (!ok_) return;
  ok_ = false;
  error_ = fmt::format("at byte {}: {}: expected {}", last_, what, expected);
}

ByteView BincodeReader::take(std::string_view what, std::size_t n) {
  if (!ok_) return {};
  last_ = offset_;
  const std::size_t left = bytes_.size() - offset_;
  if (n > left) {
    refuse(what, fmt::format("{} bytes, only {} are left", n, left));
    return {};
  }
  offset_ += n;
  return bytes_.subspan(last_, n);
}

bool BincodeReader::boolean(std::string_view what) {
  const ByteView raw = take(what, 1);
  if (raw.empty()) return false;
  if (raw[0] > 1) refuse(what, fmt::format("0 or 1, found {}", raw[0]));
  return raw[0] == 1;
}

std::uint32_t BincodeReader::u32(std::string_view what) {
  return little_endian<std::uint32_t>(take(what, 4));
}

std::uint64_t BincodeReader::u64(std::string_view what) {
  return little_endian<std::uint64_t>(take(what, 8));
}

ByteView BincodeReader::bytes(std::string_view what) {
  const std::size_t n = count(what, 1);
  return take(what, n);
}

std::string_view BincodeReader::text(std::string_view what) {
  const ByteView raw = bytes(what);
  if (!is_utf8(raw)) {
    refuse(what, "UTF-8 text");
    return {};
  }
  return as_text(raw);
}

std::uint32_t BincodeReader::variant(std::string_view what, std::uint32_t variants) {
  const std::uint32_t n = u32(what);
  if (n < variants) return n;
  refuse(what, fmt::format("a variant below {}, found {}", variants, n));
  return 0;
}

std::size_t BincodeReader::count(std::string_view what, std::size_t element_bytes) {
  const std::uint64_t n = u64(what);
  const std::size_t left = bytes_.size() - offset_;
  if (n <= left / element_bytes) return static_cast<std::size_t>(n);
  refuse(what, fmt::format("a length that fits the {} bytes left, found {}", left, n));
  return 0;
}

Status BincodeReader::finish() {
  if (ok_ && offset_ != bytes_.size()) {
    last_ = offset_;
    refuse("end", fmt::format("no more bytes, found {}", bytes_.size() - offset_));
  }
  if (ok_) return {};
  return fail(Code::kCorrupt, error_);
}

}  // namespace kinode::msg
