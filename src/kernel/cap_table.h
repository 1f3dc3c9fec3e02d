// The capabilities that one process holds, and who holds what of whom.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "kernel/cap_list.h"
#include "kernel/key_set.h"
#include "kernel/names.h"
#include "msg/capability.h"
#include "rt/mutex.h"

namespace kinode::kernel {

/// Thread: any. Readers see a grant or a revocation as soon as the call that made it has returned.
class CapTable {
 public:
  /// `count_max` bounds what the holder can be given.
  explicit CapTable(std::size_t count_max) : count_max_(count_max) {}

  bool has(const msg::Capability& cap) const;

  /// Whether the holder may message `issuer`. By its key: what routing asks for each message.
  bool can_message(const msg::Address& issuer) const;
  bool can_message(const Key& issuer) const;

  /// The signature that came with the capability (empty for our own node's), if it is held.
  std::optional<Bytes> signature(const msg::Capability& cap) const;

  enum class Added : std::uint8_t { kNew, kHeld, kFull };
  enum class Stored : bool { kNotYet, kYes };
  /// A capability that is held keeps its first signature unless a new one comes along. One that is
  /// added as not yet stored is new to everybody who adds it until `settle`: nobody may say that a
  /// grant is done while another is still writing it.
  Added add(const msg::SignedCapability& cap, Stored stored = Stored::kYes);

  /// It is stored, or nothing of it needs to be.
  void settle(const msg::Capability& cap);

  /// It could not be stored. It goes, unless somebody else has settled it.
  void take_back(const msg::Capability& cap);

  bool remove(const msg::Capability& cap);

  /// Everything that `issuer` issued; returns what was removed.
  std::vector<msg::Capability> remove_issuer(const msg::Address& issuer);

  std::vector<msg::SignedCapability> all() const;
  std::size_t size() const;

  /// Changes with every addition and removal: a check made at one version holds while it lasts.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  using ByIssuer = std::unordered_map<msg::Address, CapList>;

  bool remove_if(const msg::Capability& cap, auto&& may_go);

  // What routing reads stands together: the lock, and the issuers that may be messaged.
  mutable rt::Mutex mutex_;
  KeySet messaging_ __attribute__((guarded_by(mutex_)));
  const std::size_t count_max_;
  ByIssuer by_issuer_ __attribute__((guarded_by(mutex_)));
  std::size_t count_ __attribute__((guarded_by(mutex_))) = 0;
  std::atomic<std::uint64_t> version_{1};
};

/// Issuer -> holders, so that a process's end costs what it granted and no more. In memory only: it
/// is rebuilt by loading the process table, because every grant passes here (fault 37). Thread:
/// any.
class HolderIndex {
 public:
  void add(const msg::ProcessId& issuer, const msg::ProcessId& holder);

  /// The holders of `issuer`'s capabilities; forgets them.
  std::vector<msg::ProcessId> take(const msg::ProcessId& issuer);

  /// A process has ended: it holds nothing any more.
  void forget_holder(const msg::ProcessId& issuer, const msg::ProcessId& holder);

 private:
  rt::Mutex mutex_;
  std::unordered_map<msg::ProcessId, std::unordered_set<msg::ProcessId>> holders_
      __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::kernel
