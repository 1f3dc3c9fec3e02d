// `sqlite:distro:sys`: SQL databases for every package that wants one (io.md 10).
#pragma once

#include <memory>
#include <string>

#include "port/frozen.h"
#include "port/module.h"
#include "rt/executor.h"
#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace kinode::sqlite {

struct SqliteConfig {
  /// Databases are `root/<package>:<publisher>/<name>/<name>.db`.
  std::string root;
  /// The directory in which Kinode 0.9.10 was started and left its files; empty: none.
  std::string old_directory;
  /// Where statements run. A pool of the module's own, so that long ones are in nobody else's way;
  /// outlives the module. None: the executor's.
  rt::BlockingPool* pool = nullptr;
  /// Where all writes pass; outlives the module. None: nobody makes backups.
  store::WriteGate* gate = nullptr;
};

/// On each database one writes while several read; what one process asks happens in its order, and
/// at most half of the threads work for it.
/// Statements are parsed and then allowed or not; they end when their caller has given up.
/// Messages of other nodes are ignored.
class SqliteModule final : public port::Module {
 public:
  explicit SqliteModule(SqliteConfig config);
  ~SqliteModule() override;

  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void process_ended(const msg::ProcessId& process) noexcept override;

  /// Long statements are interrupted; what waits is done, and the databases are closed, as long as
  /// the pool takes jobs. What it does not take any more was not acknowledged.
  void stop() override;

  /// All databases, for a backup. After start; lives as long as the module.
  port::Freezable& freezable();

 private:
  struct State;
  const SqliteConfig config_;
  std::shared_ptr<State> state_;
};

}  // namespace kinode::sqlite
