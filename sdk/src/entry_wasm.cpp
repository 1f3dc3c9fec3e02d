// Where the node enters a guest. It stands alone, so that a guest on the bare bindings may have its
// own entry.
#include "kinode/process.h"
#include "process_v1.h"

extern "C" void exports_process_v1_init(process_v1_string_t*) {
  {
    const auto text = kinode::detail::Arena::take();  // the address as text, which our() has too
  }
  kinode::detail::process_main(kinode::our());
}
