// The ordered store over RocksDB.
#pragma once

#include <memory>
#include <string>

#include "store/ordered_kv.h"

namespace kinode::store {

/// Opens or creates the database in `directory`. Databases of RocksDB up to 8.10 open; their
/// OPTIONS files are not read. Errors: another node runs on it, no rights, disk full, damaged.
Result<std::unique_ptr<OrderedKv>> open_rocks_kv(const std::string& directory);

}  // namespace kinode::store
