// The ordered store over RocksDB.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "store/ordered_kv.h"
#include "store/rocks_link.h"

namespace rocksdb {
class Env;
}

namespace kinode::store {

/// A store whose files can be given second names: its state at one moment (store/rocks_link.h).
class LinkableKv : public OrderedKv {
 public:
  virtual void link_tables(const std::string& into) = 0;
  virtual Result<std::vector<LinkedFile>> link_files(const std::string& into) = 0;
};

/// Opens or creates the database in `directory`. Databases of RocksDB up to 8.10 open; their
/// OPTIONS files are not read. `log` gets RocksDB's warnings and has to outlive the store.
/// Errors: another node runs on it, no rights, disk full, damaged.
/// `env` is the disk and outlives the store; none: the system's.
Result<std::unique_ptr<LinkableKv>> open_rocks_kv(const std::string& directory, Log* log = nullptr,
                                                  rocksdb::Env* env = nullptr);

}  // namespace kinode::store
