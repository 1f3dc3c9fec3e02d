// The entry of a guest.
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

extern "C" void exports_process_v1_init(process_v1_string_t*) {
  {
    const auto text = kinode::detail::Arena::take();  // the address as text, which our() has too
  }
  kinode::detail::process_main(kinode::our());
}
