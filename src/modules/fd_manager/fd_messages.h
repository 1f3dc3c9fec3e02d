// What one tells the descriptor manager and what it says, as JSON (kernel.md 8, io.md 11).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "msg/address.h"

namespace kinode::fd_manager {

struct FdAction {
  enum class Kind : std::uint8_t {
    kRequestFdsLimit,       // a module that holds descriptors registers
    kFdsLimitHit,           // it had to close some
    kFdsLimit,              // sent by the manager: `number` is the new limit
    kUpdateMaxFdsFraction,  // `number`: percentage of the process's own limit
    kUpdateUlimitSecs,      // `number`: how often that limit is looked at
    kUpdateCullFraction,    // understood and ignored, as ever
    kGetState,
    kGetProcessFdLimit,  // `process`
  };
  Kind kind = Kind::kGetState;
  std::uint64_t number = 0;
  msg::ProcessId process;
  bool operator==(const FdAction&) const = default;
};

struct FdShare {
  std::uint64_t limit = 0;
  std::uint64_t hit_count = 0;
  bool operator==(const FdShare&) const = default;
};
using FdShares = std::map<msg::ProcessId, FdShare>;

/// The error names what was expected.
Result<FdAction> decode_fd_action(ByteView body);
std::string encode_fd_action(const FdAction& action);

/// `{"GetState":{"vfs:distro:sys":{"limit":5,"hit_count":1}}}`
std::string encode_fd_state(const FdShares& shares);
/// `{"GetProcessFdLimit":5}`
std::string encode_fd_limit(std::uint64_t limit);

}  // namespace kinode::fd_manager
