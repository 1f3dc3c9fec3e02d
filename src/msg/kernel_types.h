// What the kernel stores about a process and what it can be told to do (kernel.md 1.6 to 1.8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "msg/envelope.h"

namespace kinode::msg {

/// One request that a process wants sent when it ends.
struct OnExitRequest {
  Address target;
  Request request;
  std::optional<Blob> blob;
  bool operator==(const OnExitRequest&) const = default;
};

/// What happens when a process ends: nothing, start again, or requests are sent.
struct OnExit {
  enum class Kind : std::uint8_t { kNone, kRestart, kRequests };  // bincode order
  Kind kind = Kind::kNone;
  std::vector<OnExitRequest> requests;

  /// "None", "Restart" or "Requests".
  std::string_view name() const;
  bool operator==(const OnExit&) const = default;
};

/// What survives a restart of the node about one process.
struct PersistedProcess {
  std::string wasm_bytes_handle;  // VFS path; empty for a runtime module
  std::optional<std::uint32_t> wit_version;
  OnExit on_exit;
  std::unordered_map<Capability, Bytes> capabilities;  // with signature
  bool is_public = false;
  bool operator==(const PersistedProcess&) const = default;
};

using ProcessMap = std::unordered_map<ProcessId, PersistedProcess>;

namespace command {
struct Booted {};
struct InitializeProcess {
  ProcessId id;
  std::string wasm_bytes_handle;
  std::optional<std::uint32_t> wit_version;
  OnExit on_exit;
  std::vector<Capability> initial_capabilities;
  bool is_public = false;
};
struct GrantCapabilities {
  ProcessId target;
  std::vector<Capability> capabilities;
};
struct DropCapabilities {
  ProcessId target;
  std::vector<Capability> capabilities;
};
struct SetOnExit {
  ProcessId target;
  OnExit on_exit;
};
struct RunProcess {
  ProcessId id;
};
struct KillProcess {
  ProcessId id;
};
struct Shutdown {};
struct DebugProcessMap {};
struct DebugProcess {
  ProcessId id;
};
struct DebugHasCap {
  ProcessId on;
  Capability cap;
};
struct DebugCounters {};
}  // namespace command

using KernelCommand =
    std::variant<command::Booted, command::InitializeProcess, command::GrantCapabilities,
                 command::DropCapabilities, command::SetOnExit, command::RunProcess,
                 command::KillProcess, command::Shutdown, command::DebugProcessMap,
                 command::DebugProcess, command::DebugHasCap, command::DebugCounters>;

/// One entry of `manifest.json` (kernel.md 1.11). A request or grant without params is for
/// messaging.
struct ManifestCap {
  ProcessId process;
  std::optional<std::string> params;  // compact JSON text
  bool operator==(const ManifestCap&) const = default;
};
struct ManifestEntry {
  std::string process_name;
  std::string process_wasm_path;
  OnExit on_exit;
  bool request_networking = false;
  std::vector<ManifestCap> request_capabilities;
  std::vector<ManifestCap> grant_capabilities;
  bool is_public = false;
};

/// State module messages (kernel.md 1.10).
struct StateAction {
  enum class Kind : std::uint8_t { kGetState, kSetState, kDeleteState, kBackup };
  Kind kind = Kind::kGetState;
  ProcessId process;  // unused for kBackup
};

/// The source that printouts name: level 0 always, 1 debug, 2 runtime information, 3 every event.
struct Printout {
  std::uint8_t verbosity = 0;
  ProcessId source;
  std::string content;
};

}  // namespace kinode::msg
