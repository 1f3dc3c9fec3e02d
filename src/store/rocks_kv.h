// The ordered store over RocksDB.
#pragma once

#include <memory>
#include <string>

#include "base/log.h"
#include "store/ordered_kv.h"

namespace kinode::store {

/// Opens or creates the database in `directory`. Databases of RocksDB up to 8.10 open; their
/// OPTIONS files are not read. `log` gets RocksDB's warnings and has to outlive the store.
/// Errors: another node runs on it, no rights, disk full, damaged.
Result<std::unique_ptr<OrderedKv>> open_rocks_kv(const std::string& directory, Log* log = nullptr);

}  // namespace kinode::store
