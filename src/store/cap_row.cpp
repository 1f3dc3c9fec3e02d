#include "store/cap_row.h"

#include "msg/bincode_reader.h"

namespace kinode::store {

namespace {

void append(ByteVector& out, ByteView bytes) {
  std::uint64_t size = bytes.size();
  for (int i = 0; i < 8; ++i, size >>= 8) out.push_back(static_cast<std::uint8_t>(size & 0xff));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

ByteVector encode_cap_row(const msg::SignedCapability& held) {
  ByteVector out;
  append(out, as_bytes(held.cap.issuer().text()));
  append(out, as_bytes(held.cap.params()));
  append(out, held.signature.view());
  return out;
}

Result<msg::SignedCapability> decode_cap_row(ByteView row) {
  msg::BincodeReader in(row);
  const std::string_view issuer = in.text("issuer");
  const std::string_view params = in.text("params");
  const ByteView signature = in.bytes("signature");
  if (auto ok = in.finish(); !ok) return std::unexpected(std::move(ok.error()));
  auto address = msg::Address::parse(issuer);
  if (!address) return std::unexpected(std::move(address.error()));
  return msg::SignedCapability{msg::Capability(std::move(*address), std::string(params)),
                               Bytes::copy(signature)};
}

}  // namespace kinode::store
