// `kv:distro:sys`: an ordered database of bytes for every package that wants one (io.md 9).
#pragma once

#include <memory>
#include <string>

#include "port/frozen.h"
#include "port/module.h"
#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace rocksdb {
class Env;
}

namespace kinode::kv {

struct KvConfig {
  /// Databases are `root/<package>:<publisher>/<name>/`.
  std::string root;
  store::Durability durability = store::Durability::kProcess;
  /// What the databases see of the disk; outlives the module. None: the system's.
  rocksdb::Env* env = nullptr;
  /// Where all writes pass; outlives the module. None: nobody makes backups.
  store::WriteGate* gate = nullptr;
  /// On the file system of `root`; what is in it is the module's.
  std::string scratch = {};
};

/// What is asked of one database happens in the order in which it arrives, on the blocking pool
/// (io.md 14.3, R1); databases do not wait for each other. A read that needs no disk, while nothing
/// waits for its database, is answered at once. Messages of other nodes are ignored.
class KvModule final : public port::Module {
 public:
  explicit KvModule(KvConfig config);
  ~KvModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void process_ended(const msg::ProcessId& process) noexcept override;

  /// What waits is done, and the databases are closed, as long as the executor takes jobs. What it
  /// does not take any more was not acknowledged.
  void stop() override;

  /// All databases, for a backup. After start; lives as long as the module.
  port::Freezable& freezable();

 private:
  struct State;
  const KvConfig config_;
  std::shared_ptr<State> state_;
};

}  // namespace kinode::kv
