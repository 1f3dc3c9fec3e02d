#include "wasm/wat.h"

#include "wasm/shim_abi.h"

namespace kinode::wasm {

Result<ByteVector> wat_to_binary(std::string_view text) {
  std::string binary, reason;
  const auto out = ShimSink::to(binary);
  const auto error = ShimSink::to(reason);
  if (!kinode_shim_wat(GuestBytes::of(text), &out, &error)) return fail(Code::kInvalid, reason);
  const auto bytes = as_bytes(binary);
  return ByteVector(bytes.begin(), bytes.end());
}

}  // namespace kinode::wasm
