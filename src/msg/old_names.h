// Names that Kinode up to 0.9 gave to processes of its own and that are written with hyphens since
// 1.0: `http_server:distro:sys`, or everything in the package `app_store:sys` (kernel.md 10).
// Processes of today cannot have underscores in their names, so the old ones stand for nothing
// else.
#pragma once

#include <string_view>

#include "msg/json_kernel.h"

namespace kinode::msg {

/// Whose names.
enum class Naming : std::uint8_t { kCurrent, kOld };

/// The parts of a process id, not owned.
struct IdParts {
  std::string_view process, package, publisher;
  bool operator==(const IdParts&) const = default;
};

/// The same process as it is called there; an id that never changed is itself. The parts of the
/// result are those of the argument, or live for ever.
IdParts renamed(const IdParts& id, Naming to);

/// The same in place. Of a node's name, bodies and parameters of capabilities nothing is changed.
void rename(ProcessId& id, Naming to);
void rename(Address& address, Naming to);
void rename(Capability& cap, Naming to);
void rename(OnExit& on_exit, Naming to);
void rename(ManifestEntry& entry, Naming to);
void rename(KernelCommand& command, Naming to);
void rename(KernelAnswer& answer, Naming to);

}  // namespace kinode::msg
