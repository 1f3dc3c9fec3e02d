// The process table on disk (kernel.md 1.7, 3.10, 4.1; design 6).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "msg/kernel_types.h"
#include "store/ordered_kv.h"

namespace kinode::store {

/// One row per process and one per capability, so that a grant writes a few dozen bytes however
/// much its holder holds (fault 47). Keys:
///   kernel:distro:sys/process/<process id>
///       bincode PersistedProcess without capabilities
///   kernel:distro:sys/cap/<process id>/<issuer>/<canonical params>
///       bincode (Capability, signature)
///   damaged/<key>
///       what could not be read, or has an id that is not Kimap-safe; nothing reads it
/// The original's single value under `kernel:distro:sys` (bincode process map) is taken over once.
/// Thread: any.
class ProcessStore {
 public:
  ProcessStore(OrderedKv& kv, Durability durability) : kv_(kv), durability_(durability) {}

  struct Loaded {
    msg::ProcessMap processes;
    std::vector<std::string> notices;  // what was dropped or could not be read, for people
  };

  /// Everything that is stored. A row that cannot be read is set aside under `damaged/` with a
  /// notice and the rest loads. Entries whose id is not Kimap-safe are left out with a notice
  /// (those of an old map are set aside); their state stays. An error changes nothing: load again.
  Result<Loaded> load();

  /// What a stored process has been given.
  struct Grant {
    msg::ProcessId holder;
    msg::SignedCapability cap;
  };
  using Grants = std::vector<Grant>;

  /// A process with all it holds, and what others are given with it: all of it or nothing.
  Status put_process(const msg::ProcessId& id, const msg::PersistedProcess& process,
                     const Grants& grants = {});
  /// All or none.
  Status put_grants(const Grants& grants);
  Status erase_caps(const msg::ProcessId& holder, const std::vector<msg::Capability>& caps);

  /// The process and all it holds, whether or not they are there.
  Status erase_process(const msg::ProcessId& id, const msg::SignedCaps& caps);

 private:
  Status import_old_map(Loaded& into);
  Status load_processes(Loaded& into);
  Status load_caps(Loaded& into);
  Status set_aside(const std::string& key, const Bytes& value, const std::string& why,
                   Loaded& into);

  OrderedKv& kv_;
  const Durability durability_;
};

/// Only for tests and tools that look at the rows themselves.
std::string process_row_key(const msg::ProcessId& id);
std::string cap_row_key(const msg::ProcessId& holder, const msg::Capability& cap);

}  // namespace kinode::store
