// What one tells the kernel and what it answers, as JSON (kernel.md 1.7, 1.8).
#pragma once

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
}  // namespace answer

using KernelAnswer =
    std::variant<answer::InitializedProcess, answer::InitializeProcessError, answer::StartedProcess,
                 answer::RunProcessError, answer::KilledProcess, answer::DebugProcessMap,
                 answer::DebugProcess, answer::DebugHasCap>;

std::string encode_kernel_answer(const KernelAnswer& answer);
Result<KernelAnswer> decode_kernel_answer(ByteView body);

/// A process as shown to others: capabilities without signatures, sorted.
void write_json(std::string& out, const PersistedProcess& value);
Status read_json(const Json& value, PersistedProcess& out);

}  // namespace kinode::msg
