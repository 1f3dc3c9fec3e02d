// Where a package's database is on disk. Names from outside pass here, once (io.md 14.1, S6).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "msg/database_key.h"
#include "store/ordered_kv.h"

namespace kinode::store {

/// `root/package:publisher/db`. A name is made of letters, digits, `.`, `_` and `-`, is not `.` or
/// `..` and has at most limits::kDatabaseNameBytesMax bytes. Another name that is a single part of
/// a path is understood when a database of it is there: the original allowed more. Errors:
/// kInvalid, with what is wrong with the name.
Result<std::string> database_directory(const std::string& root, const msg::DatabaseKey& key);

/// Takes the directory of a database away, at once as seen from outside: a removal that a crash
/// interrupts is finished by the next one. Nothing there: nothing happens.
/// With kPower it does not come back after the end of the machine either.
Status remove_database_directory(const std::string& directory, Durability durability);

}  // namespace kinode::store
