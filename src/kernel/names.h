// Names as keys: what routing looks up and compares for each message.
#pragma once

#include <string_view>

#include "kernel/key_map.h"
#include "msg/address.h"

namespace kinode::kernel {

/// A process id as views, for look-ups without allocating.
struct IdView {
  std::string_view process, package, publisher;
};

inline IdView id_view(const msg::ProcessId& id) { return {id.process, id.package, id.publisher}; }

/// The key of a process's name on whatever node. Different names have different keys (as far as
/// anybody can tell, see crypto::keyed_hash), also when their parts contain what separates them.
Key key_of(const IdView& id);

/// The key of a node's name.
Key key_of_node(std::string_view node);

/// The key of a process on a node, of the keys of the two.
inline Key key_on_node(const Key& node, const Key& id) {
  return {node.low ^ id.low, node.high ^ id.high};
}

inline Key key_of(const msg::Address& address) {
  return key_on_node(key_of_node(address.node), key_of(id_view(address.process)));
}

}  // namespace kinode::kernel
