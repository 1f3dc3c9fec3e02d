// The right to do one thing to one process (kernel.md 1.3).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "msg/address.h"

namespace kinode::msg {

/// An issuer and what it allows, as JSON text. Two capabilities are the same when their issuers are
/// and their params are the same JSON value (key order and white space do not matter, 1 is
/// not 1.0); params that are not JSON are compared as plain text and equal no JSON value (fault
/// 14). The canonical form is computed once, at construction; comparing and hashing never parse.
class Capability {
 public:
  Capability() = default;
  Capability(Address issuer, std::string params);

  const Address& issuer() const { return issuer_; }

  /// The text as it was given: this is what is signed, stored and shown to guests.
  const std::string& params() const { return params_; }

  /// Compact JSON with sorted keys, or a marked copy of the text when it is not JSON.
  const std::string& canonical_params() const { return canonical_; }

  /// `issuer(params)` with compact, sorted JSON, or the note of kernel.md 1.3 for invalid JSON.
  std::string text() const;

  friend bool operator==(const Capability& a, const Capability& b) {
    return a.canonical_ == b.canonical_ && a.issuer_ == b.issuer_;
  }
  friend auto operator<=>(const Capability& a, const Capability& b) {
    if (auto c = a.issuer_ <=> b.issuer_; c != 0) return c;
    return a.canonical_ <=> b.canonical_;
  }

 private:
  Address issuer_;
  std::string params_;
  std::string canonical_;
};

/// The params text of the right to message the issuer: `"messaging"` with its quotes.
inline constexpr std::string_view kMessagingParams = "\"messaging\"";
/// Issued by the kernel: the right to send to and receive from other nodes.
inline constexpr std::string_view kNetworkParams = "\"network\"";

Capability messaging_cap(const Address& issuer);
Capability network_cap(std::string_view our_node);

/// A capability and the issuer node's Ed25519 signature over its MessagePack form; empty when
/// unsigned.
struct SignedCapability {
  Capability cap;
  Bytes signature;
  bool operator==(const SignedCapability&) const = default;
};

using SignedCaps = std::vector<SignedCapability>;

/// The bytes that are signed: MessagePack array of issuer text and params text (kernel.md 1.3).
ByteVector capability_signing_bytes(const Capability& cap);

}  // namespace kinode::msg

template <>
struct std::hash<kinode::msg::Capability> {
  std::size_t operator()(const kinode::msg::Capability& c) const noexcept {
    return std::hash<kinode::msg::Address>()(c.issuer()) * 31 +
           std::hash<std::string>()(c.canonical_params());
  }
};
