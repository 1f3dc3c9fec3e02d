// What one process may use of the node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/limits.h"
#include "msg/address.h"
#include "rt/actor.h"

namespace kinode::kernel {

/// The defaults are the node's; a package may be given others (`kinode.toml`). What exceeds one of
/// them fails, with a reason, for the process that does it.
struct Budget {
  std::size_t mailbox_count = limits::kMailboxCountMax;
  std::size_t mailbox_bytes = limits::kMailboxBytesMax;
  std::size_t memory_bytes = limits::kGuestMemoryBytesMax;
  std::size_t state_bytes = limits::kStateBytesMax;
  std::size_t outstanding = limits::kOutstandingRequestsMax;
  std::size_t outstanding_bytes = limits::kOutstandingBytesMax;
  std::size_t timers = limits::kTimersPerProcessMax;
  std::size_t children = limits::kChildrenPerProcessMax;  // alive at the same time
  std::uint32_t cpu_weight = rt::Actor::kWeightDefault;   // beside others that are busy

  bool operator==(const Budget&) const = default;
};

/// Thread: any. Does not change while the node runs.
using Budgets = std::function<Budget(const msg::PackageId&)>;

}  // namespace kinode::kernel
