// Hashes over public data.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "base/bytes.h"

struct evp_md_ctx_st;  // of OpenSSL

namespace kinode::crypto {

using Hash = std::array<std::uint8_t, 32>;

Hash sha256(ByteView bytes);

/// SHA-256 of what comes in parts, as fast as the processor can. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void add(ByteView part);
  /// Of all parts; once, at the end.
  Hash finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The hash of the chain: Keccak before it became SHA-3.
Hash keccak256(ByteView bytes);

/// A name as the chain's directory knows it (kernel.md 6.2, net-eth.md 9.2): from the rightmost
/// label on, keccak256(node, keccak256(label)), starting with 32 zero bytes. The empty name gives
/// zeros. Notes and facts are labels that start with `~` and `!`. Labels are not checked.
Hash namehash(std::string_view name);

}  // namespace kinode::crypto
