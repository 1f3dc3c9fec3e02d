// A decoder of process records that shares nothing with msg/bincode: written from
// kernel.md 1.1, 1.6 and 1.7 alone, so that a mistake of ours cannot be on both sides of a
// comparison.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>

#include "base/bytes.h"

namespace kinode::store {

struct SmallCap {
  std::string issuer, params, signature;
  auto operator<=>(const SmallCap&) const = default;
};

struct SmallProcess {
  std::string handle;
  std::optional<std::uint64_t> wit;
  std::string on_exit;  // "None", "Restart", or per request: target, body, mime and bytes of a blob
  std::set<SmallCap> caps;
  bool is_public = false;
  bool operator==(const SmallProcess&) const = default;
};

/// Throws std::out_of_range when the input is too short.
class SmallBincode {
 public:
  explicit SmallBincode(ByteView in) : in_(in) {}

  std::uint64_t number(int bytes) {
    std::uint64_t n = 0;
    for (int i = 0; i < bytes; ++i) n |= static_cast<std::uint64_t>(next()) << (8 * i);
    return n;
  }
  bool flag() { return next() != 0; }
  std::string text() {
    std::string out;
    for (std::uint64_t left = number(8); left > 0; --left) out.push_back(static_cast<char>(next()));
    return out;
  }
  SmallCap cap() {
    SmallCap out;
    out.issuer = text();
    out.params = text();
    out.signature = text();
    return out;
  }
  std::string on_exit() {
    const std::uint64_t kind = number(4);
    if (kind < 2) return kind == 0 ? "None" : "Restart";
    std::string out;
    for (std::uint64_t left = number(8); left > 0; --left) out += request();
    return out;
  }
  SmallProcess process() {
    SmallProcess out;
    out.handle = text();
    if (flag()) out.wit = number(4);
    out.on_exit = on_exit();
    for (std::uint64_t left = number(8); left > 0; --left) out.caps.insert(cap());
    out.is_public = flag();
    return out;
  }
  bool at_end() const { return at_ == in_.size(); }

 private:
  std::uint8_t next() {
    if (at_end()) throw std::out_of_range("bincode: the input is too short");
    return in_[at_++];
  }
  std::string request() {
    std::string out = text();
    flag();                 // inherit
    if (flag()) number(8);  // seconds in which an answer is expected
    out += " " + text();    // body
    if (flag()) text();     // metadata
    for (std::uint64_t left = number(8); left > 0; --left) cap();
    if (!flag()) return out;  // no blob
    out += " " + (flag() ? text() : "");
    return out + " " + text();
  }

  ByteView in_;
  std::size_t at_ = 0;
};

/// Runs `read` and refuses what is left over.
template <class Read>
auto read_small(ByteView bytes, Read read) {
  SmallBincode in(bytes);
  auto out = read(in);
  if (!in.at_end()) throw std::out_of_range("bincode: bytes are left over");
  return out;
}

inline SmallCap read_small_cap(ByteView bytes) {
  return read_small(bytes, [](SmallBincode& in) { return in.cap(); });
}
inline SmallProcess read_small_process(ByteView bytes) {
  return read_small(bytes, [](SmallBincode& in) { return in.process(); });
}
inline std::map<std::string, SmallProcess> read_small_map(ByteView bytes) {
  return read_small(bytes, [](SmallBincode& in) {
    std::map<std::string, SmallProcess> out;
    for (std::uint64_t left = in.number(8); left > 0; --left) {
      std::string id = in.text();
      out[std::move(id)] = in.process();
    }
    return out;
  });
}

}  // namespace kinode::store
