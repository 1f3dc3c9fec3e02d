// What the library needs of the node, besides the bindings.
#include "kinode/process.h"
#include "process_v1.h"

namespace kinode {

const Address& our() {
  static const Address address = [] {
    kinode_process_standard_address_t raw;
    kinode_process_standard_our(&raw);
    const auto memory = detail::Arena::take();
    return Address(detail::address(raw));
  }();
  return address;
}

void panic(std::string_view reason) {
  detail::print_line(0, reason);
  __builtin_trap();
}

}  // namespace kinode
