// Who can exist in a simulated node, and which capabilities: a small closed world, so that a set
// of capabilities is a row of bits.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "msg/capability.h"

namespace kinode::sim {

/// A process id of the closed world.
using Slot = std::uint8_t;

inline constexpr Slot kKernel = 0;
inline constexpr Slot kOwner = 1;
inline constexpr Slot kTimer = 2;
inline constexpr Slot kState = 3;
inline constexpr Slot kSlow = 4;       // a module that answers late, twice or never
inline constexpr Slot kVfs = 5;        // no such module runs; it issues capabilities
inline constexpr Slot kNet = 6;        // as kVfs
inline constexpr Slot kElsewhere = 7;  // a process of another node
inline constexpr Slot kFirstGuest = 8;
inline constexpr Slot kGuests = 12;  // names that guests start with
inline constexpr Slot kSlots = 40;   // with those that get a random name
inline constexpr Slot kNobody = 255;

/// What a capability is for. kSpecial is what its issuer is asked for: the kernel for the network,
/// vfs for reading the drive; of others it is one more right.
enum class Right : std::uint8_t { kMessaging, kFirst, kSecond, kSpecial };
inline constexpr unsigned kRights = 4;

using CapId = std::uint16_t;
using CapSet = std::bitset<std::size_t{kSlots} * kRights>;

inline CapId cap_id(Slot issuer, Right right) {
  return static_cast<CapId>(issuer * kRights + static_cast<unsigned>(right));
}
inline CapSet one_cap(Slot issuer, Right right) { return CapSet().set(cap_id(issuer, right)); }

/// Everything that `issuer` can issue.
CapSet issued_by(Slot issuer);

/// The members of a set, in order.
std::vector<CapId> members(const CapSet& set);

/// Texts of the closed world, made once; names that the kernel draws are added while it runs.
class Names {
 public:
  Names();

  /// Forgets the names that were added.
  void reset();

  static constexpr std::string_view kNode = "a.os";

  const msg::Address& address(Slot slot) const { return addresses_[slot]; }
  const msg::Capability& capability(CapId id) const { return capabilities_[id]; }
  std::vector<msg::Capability> capabilities(const CapSet& set) const;

  /// kNobody when nobody has that name.
  Slot slot_of(const msg::ProcessId& id) const;
  Slot slot_of(const msg::Address& address) const;
  std::optional<CapId> cap_of(const msg::Capability& cap) const;

  /// kNobody when the world is full.
  Slot add(const msg::ProcessId& id);

  /// Number of slots in use.
  Slot size() const { return static_cast<Slot>(addresses_.size()); }

  /// The component that guests are made of, and where it stands.
  static std::string component() { return "native:sim"; }
  static constexpr std::string_view kComponentPath = "/sim:sim.os/pkg/sim.wasm";

  std::string text(Slot slot) const;

 private:
  void put(msg::Address address);

  std::vector<msg::Address> addresses_;
  std::vector<msg::Capability> capabilities_;
};

}  // namespace kinode::sim
