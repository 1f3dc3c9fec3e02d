// The files of a RocksDB database as they stand, under second names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace rocksdb {
class DB;
}

namespace kinode::store {

/// A file that belongs to a state of a database.
struct LinkedFile {
  std::string name;                 // in the database's directory
  std::uint64_t size = 0;           // so many of its bytes belong to the state
  std::optional<std::string> text;  // its content, when that is not what the file says
};

/// Links what is immutable, so that the next call has less to do. `into` is made if it is not
/// there. What cannot be linked now is left.
void link_tables(rocksdb::DB& db, const std::string& directory, const std::string& into);

/// The state of an open database at this moment, without a flush: tables do not change, logs only
/// grow, so the first bytes of each file are the state, whatever the database does afterwards; even
/// if it is closed or removed. `into` has to be on the same file system. Nobody writes meanwhile.
///
/// Errors: kIo, kUnsupported when the file system has no links.
Result<std::vector<LinkedFile>> link_open_database(rocksdb::DB& db, const std::string& directory,
                                                   const std::string& into);

/// The same of any directory of files that nobody has open.
Result<std::vector<LinkedFile>> link_files(const std::string& directory, const std::string& into);

}  // namespace kinode::store
