// `backup:distro:sys`: backups of the running node, for its owner and for programs that may.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "modules/backup/instant.h"
#include "port/module.h"
#include "rt/executor.h"

namespace kinode::backup {

struct BackupConfig {
  std::string home;
  std::string node;  // whose home it is
  store::WriteGate* gate = nullptr;
  std::vector<LivePart> parts;  // of the home, all of them; they outlive the module
  /// A thread of its own, of low priority. Outlives the module; stopped after it.
  rt::BlockingPool* pool = nullptr;
};

/// One backup at a time. The owner, who comes through the RPC endpoint, names any directory;
/// programs need the capability `"backup"` of this module, and name one in the drive `tmp` of their
/// own package, which is part of no backup. Whoever may make backups chooses their passphrase and
/// so can read everything. Messages of other nodes are ignored.
class BackupModule final : public port::Module {
 public:
  explicit BackupModule(BackupConfig config);
  ~BackupModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;

  /// A backup that runs ends soon, and leaves the repository as it was.
  void stop() override;

 private:
  struct State;
  const BackupConfig config_;
  std::shared_ptr<State> state_;
};

}  // namespace kinode::backup
