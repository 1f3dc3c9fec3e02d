// RocksDB's own lines go to the node's log.
#pragma once

#include <memory>
#include <rocksdb/env.h>

#include "base/log.h"

namespace kinode::store {

/// Warnings and worse. RocksDB's file logger asserts on a full disk, and keeps a file open; this
/// one does neither. `log` has to outlive it; none: the lines are dropped.
std::shared_ptr<rocksdb::Logger> make_rocks_log(Log* log);

}  // namespace kinode::store
