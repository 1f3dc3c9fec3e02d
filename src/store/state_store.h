// The saved state of processes: one value each, under the process id (kernel.md 4.1).
#pragma once

#include <optional>

#include "msg/address.h"
#include "store/ordered_kv.h"

namespace kinode::store {

/// Thread: any. A call that returned is seen by every later one: there is no queue in between, so
/// two writes land in the order in which they were made (fault 34).
class StateStore {
 public:
  StateStore(OrderedKv& kv, Durability durability) : kv_(kv), durability_(durability) {}

  Result<std::optional<Bytes>> get(const msg::ProcessId& process) const;

  /// At most limits::kStateBytesMax.
  Status set(const msg::ProcessId& process, ByteView value);

  /// As set, but kOverloaded when it would have to wait; nothing was written then.
  Status try_set(const msg::ProcessId& process, ByteView value);

  /// Absence is fine.
  Status clear(const msg::ProcessId& process);

  OrderedKv& kv() { return kv_; }

 private:
  OrderedKv& kv_;
  const Durability durability_;
};

}  // namespace kinode::store
