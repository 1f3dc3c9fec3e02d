// Who may do what on which database (io.md 10.3).
#pragma once

#include "modules/sqlite/sqlite_slot.h"
#include "port/port.h"

namespace kinode::sqlite {

/// Opening and removing is for the package whose database it is; everything else needs the right to
/// read or to write, which `Open` and manifests give. A query that can write (PRAGMA, ANALYZE)
/// needs both. `known` is the database's slot, if it has one. Thread: any.
SqliteStatus check_access(const port::Port& port, const msg::Address& self,
                          const msg::ProcessId& source, const SqliteRequest& request,
                          const Slot* known);

/// What a request needs of the database.
Job::Needs needs_of(const SqliteAction& action, const Slot* known);

}  // namespace kinode::sqlite
