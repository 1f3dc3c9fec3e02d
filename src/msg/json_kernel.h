// What one tells the kernel and what it answers, as JSON (kernel.md 1.7, 1.8).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "msg/json_message.h"

namespace kinode::msg {

/// The error names the command, the field and what was expected.
Result<KernelCommand> decode_kernel_command(ByteView body);
std::string encode_kernel_command(const KernelCommand& command);

namespace answer {
struct InitializedProcess {
  bool operator==(const InitializedProcess&) const = default;
};
struct InitializeProcessError {
  bool operator==(const InitializeProcessError&) const = default;
};
struct StartedProcess {
  bool operator==(const StartedProcess&) const = default;
};
struct RunProcessError {
  bool operator==(const RunProcessError&) const = default;
};
struct KilledProcess {
  ProcessId id;
  bool operator==(const KilledProcess&) const = default;
};
/// Signatures are not shown.
struct DebugProcessMap {
  ProcessMap processes;
  bool operator==(const DebugProcessMap&) const = default;
};
struct DebugProcess {
  std::optional<PersistedProcess> process;  // none: no such process
  bool operator==(const DebugProcess&) const = default;
};
struct DebugHasCap {
  std::optional<bool> has;  // none: no such process
  bool operator==(const DebugHasCap&) const = default;
};
/// What one process has used and what waits for it. Our addition: Kinode 1.0 has no such command.
struct Counters {
  std::uint64_t cpu_ns = 0;
  std::uint64_t memory_bytes = 0;  // linear memory
  std::uint64_t queue_count = 0;   // messages it has not received yet
  std::uint64_t queue_bytes = 0;
  std::uint64_t outstanding = 0;  // requests whose answers it waits for
  std::uint64_t sent_count = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_count = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t refused = 0;  // messages of its own that found a mailbox full to the end
  std::uint64_t children = 0;
  bool operator==(const Counters&) const = default;
};
struct DebugCounters {
  std::map<ProcessId, Counters> processes;
  bool operator==(const DebugCounters&) const = default;
};
}  // namespace answer

using KernelAnswer =
    std::variant<answer::InitializedProcess, answer::InitializeProcessError, answer::StartedProcess,
                 answer::RunProcessError, answer::KilledProcess, answer::DebugProcessMap,
                 answer::DebugProcess, answer::DebugHasCap, answer::DebugCounters>;

std::string encode_kernel_answer(const KernelAnswer& answer);
Result<KernelAnswer> decode_kernel_answer(ByteView body);

/// A process as shown to others: capabilities without signatures, sorted.
void write_json(std::string& out, const PersistedProcess& value);
Status read_json(const Json& value, PersistedProcess& out);

}  // namespace kinode::msg
