#include "names.h"

#include <charconv>
#include <fmt/format.h>

namespace kinode::sim {

namespace {

constexpr std::string_view kModules[] = {"kernel", "owner", "timer", "state", "slow", "vfs", "net"};

std::string params_of(Slot issuer, Right right) {
  switch (right) {
    case Right::kMessaging:
      return std::string(msg::kMessagingParams);
    case Right::kFirst:
      return "\"first\"";
    case Right::kSecond:
      return R"({"b":1,"a":2})";
    case Right::kSpecial:
      break;
  }
  if (issuer == kKernel) return std::string(msg::kNetworkParams);
  if (issuer == kVfs) return R"({"drive":"/sim:sim.os/pkg","kind":"read"})";
  return "not json";
}

}  // namespace

CapSet issued_by(Slot issuer) {
  CapSet out;
  for (unsigned right = 0; right < kRights; ++right) {
    out.set(cap_id(issuer, static_cast<Right>(right)));
  }
  return out;
}

std::vector<CapId> members(const CapSet& set) {
  std::vector<CapId> out;
  for (std::size_t i = set._Find_first(); i < set.size(); i = set._Find_next(i)) {
    out.push_back(static_cast<CapId>(i));
  }
  return out;
}

Names::Names() {
  for (const auto name : kModules) put({std::string(kNode), msg::system_process(name)});
  put({"b.os", {"g0", "sim", "sim.os"}});
  for (unsigned i = 0; i < kGuests; ++i) {
    put({std::string(kNode), {fmt::format("g{}", i), "sim", "sim.os"}});
  }
}

void Names::put(msg::Address address) {
  const auto slot = static_cast<Slot>(addresses_.size());
  for (unsigned right = 0; right < kRights; ++right) {
    capabilities_.emplace_back(address, params_of(slot, static_cast<Right>(right)));
  }
  addresses_.push_back(std::move(address));
}

void Names::reset() {
  constexpr std::size_t kFixed = std::size_t{kFirstGuest} + kGuests;
  addresses_.resize(kFixed);
  capabilities_.resize(kFixed * kRights);
}

Slot Names::add(const msg::ProcessId& id) {
  if (addresses_.size() == kSlots) return kNobody;
  put({std::string(kNode), id});
  return static_cast<Slot>(addresses_.size() - 1);
}

Slot Names::slot_of(const msg::ProcessId& id) const {
  if (id.package == "distro" && id.publisher == "sys") {
    for (Slot slot = 0; slot < Slot{std::size(kModules)}; ++slot) {
      if (id.process == kModules[slot]) return slot;
    }
    return kNobody;
  }
  unsigned number = 0;
  const char* end = id.process.data() + id.process.size();
  if (id.process.size() <= 3 && id.process.starts_with('g') &&
      std::from_chars(id.process.data() + 1, end, number).ptr == end && number < kGuests &&
      id == addresses_[kFirstGuest + number].process) {
    return static_cast<Slot>(kFirstGuest + number);
  }
  for (std::size_t slot = std::size_t{kFirstGuest} + kGuests; slot < addresses_.size(); ++slot) {
    if (addresses_[slot].process == id) return static_cast<Slot>(slot);
  }
  return kNobody;
}

Slot Names::slot_of(const msg::Address& address) const {
  if (address.node == kNode) return slot_of(address.process);
  return address == addresses_[kElsewhere] ? kElsewhere : kNobody;
}

std::vector<msg::Capability> Names::capabilities(const CapSet& set) const {
  std::vector<msg::Capability> out;
  for (const CapId id : members(set)) out.push_back(capabilities_[id]);
  return out;
}

std::optional<CapId> Names::cap_of(const msg::Capability& cap) const {
  const Slot issuer = slot_of(cap.issuer());
  if (issuer == kNobody) return std::nullopt;
  for (unsigned right = 0; right < kRights; ++right) {
    const CapId id = cap_id(issuer, static_cast<Right>(right));
    if (capabilities_[id].canonical_params() == cap.canonical_params()) return id;
  }
  return std::nullopt;
}

std::string Names::text(Slot slot) const {
  if (slot >= addresses_.size()) return "nobody";
  return slot == kElsewhere ? addresses_[slot].text() : addresses_[slot].process.process;
}

}  // namespace kinode::sim
