// `vfs:distro:sys`: files for programs, in drives of their packages (io.md 8).
#pragma once

#include <memory>
#include <string>

#include "port/frozen.h"
#include "port/module.h"
#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace kinode::vfs {

/// Every action of io.md 8.3, and those added to them. What a process asks about one path is done
/// in the order in which it came, different paths side by side; what concerns whole directories is
/// done after everything before it and before everything after it (R1). An answer means that every
/// later read sees it (R3) and that it survives a crash of the node, or with power durability the
/// end of the machine. An archive is seen in its directory as a whole or not at all.
///
/// All work at the disk is done on the blocking pool. Requests that wait there are bounded by count
/// and bytes; what is too much is refused.
class VfsModule final : public port::Module {
 public:
  /// `root`: the directory of all drives, made if it is not there.
  /// `gate`: where all changes pass; outlives the module. None: nobody makes backups.
  explicit VfsModule(std::string root, store::Durability durability = store::Durability::kProcess,
                     store::WriteGate* gate = nullptr);
  ~VfsModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void process_ended(const msg::ProcessId& id) noexcept override;
  void stop() override;

  /// All drives but `tmp`, for a backup. After start; lives as long as the module.
  port::Freezable& freezable();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace kinode::vfs
