// Who may do what on which database (io.md 9.2, 2.4).
#pragma once

#include "modules/kv/kv_databases.h"
#include "port/port.h"

namespace kinode::kv {

/// Opening and removing is for the package whose database it is; everything else needs the right to
/// read, to write, or both, which `Open` and manifests give. `known` is the database's slot, if it
/// has one. Thread: any.
KvStatus check_access(const port::Port& port, const msg::Address& self,
                      const msg::ProcessId& source, const KvRequest& request, const KvSlot* known);

/// What of a request is wrong whoever sends it: a value is missing, a key is too long.
KvStatus check_shape(const KvRequest& request, const msg::BlobRef& blob);

}  // namespace kinode::kv
