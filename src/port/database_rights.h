// The rights to databases, of the modules that keep some (io.md 2.4).
#pragma once

#include "msg/database_key.h"
#include "port/port.h"

namespace kinode::port {

/// Gives both. The error of the first that could not be given.
inline Status grant(Port& port, const msg::ProcessId& process, const msg::DatabaseRights& rights) {
  if (auto ok = port.grant(process, rights.read); !ok) return ok;
  return port.grant(process, rights.write);
}

/// Whether `process` has the right to the database `key` of the module `self`. `known`: the rights,
/// for a database whose rights have been put together already.
inline bool has_right(const Port& port, const msg::ProcessId& process, msg::DatabaseRight right,
                      const msg::Address& self, const msg::DatabaseKey& key,
                      const msg::DatabaseRights* known) {
  return port.has_capability(
      process, known != nullptr ? known->of(right) : msg::database_capability(self, right, key));
}

}  // namespace kinode::port
