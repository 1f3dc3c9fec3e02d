// Where tools on this machine reach a running node without a port.
#pragma once

#include <string>

namespace kinode::node {

/// A Unix socket with the RPC endpoint of io.md 5, for the home's owner only.
inline std::string rpc_socket_path(const std::string& home) { return home + "/.rpc.sock"; }

}  // namespace kinode::node
