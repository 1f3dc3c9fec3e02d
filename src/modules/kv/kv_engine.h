// What all databases of the module share: memory, background work, options.
#pragma once

#include <memory>
#include <rocksdb/cache.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>
#include <string>

#include "base/log.h"
#include "modules/kv/kv_messages.h"
#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace kinode::kv {

/// Thread: any. Outlives the databases.
class KvEngine {
 public:
  /// `log` gets the engine's warnings; `env` is the disk, none: the system's; `gate` is passed by
  /// all writes, or is none. All outlive this.
  KvEngine(Log* log, store::Durability durability, rocksdb::Env* env = nullptr,
           store::WriteGate* gate = nullptr);

  /// For opening one database. Flushes and compactions of all run on the few threads that the
  /// process's RocksDB has; memtables and blocks count against one budget.
  rocksdb::Options options() const;
  rocksdb::WriteOptions write_options() const;
  store::Durability durability() const { return durability_; }

  store::WriteGate::Pass pass() const { return store::pass(gate_); }

 private:
  std::shared_ptr<rocksdb::Logger> log_;
  std::shared_ptr<rocksdb::Cache> blocks_;
  std::shared_ptr<rocksdb::WriteBufferManager> memtables_;
  const store::Durability durability_;
  rocksdb::Env* const env_;
  store::WriteGate* const gate_;
};

/// An engine's error for programs. Where the text names files below `directory`, they are named as
/// those of `name`: programs need not know where the home is.
KvError kv_error(const rocksdb::Status& status, const std::string& directory,
                 const std::string& name);

}  // namespace kinode::kv
