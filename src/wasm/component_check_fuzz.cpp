// What somebody uploads in place of a component: any bytes, and a right component with some of its
// bytes changed and its end cut off. An answer, right or wrong, is all that is asked for.
#include <cstdint>
#include <tuple>

#include "wasm/component_check.h"
#include "wasm/test_component.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace kinode;
  static const ByteVector kRight = wasm::guest_doing("").binary();

  std::ignore = wasm::check_component({data, size});

  // Three bytes of input each: a place and what to put there.
  auto damaged = kRight;
  for (std::size_t i = 0; i + 3 <= size && i < 96; i += 3) {
    damaged[(data[i] * 256u + data[i + 1]) % damaged.size()] = data[i + 2];
  }
  if (size % 3 == 1) damaged.resize(damaged.size() * data[0] / 256);
  std::ignore = wasm::check_component(damaged);
  return 0;
}
