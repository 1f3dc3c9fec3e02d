#include "port/fd_share.h"

#include "msg/json_reader.h"

namespace kinode::port {

namespace {

Result<std::uint64_t> read_limit(const msg::Json& tree) {
  const auto variant = msg::read_json_variant(tree, "a limit");
  if (!variant) return std::unexpected(variant.error());
  if (variant->name != "FdsLimit") return msg::unknown_variant(*variant, "`FdsLimit`");
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  std::uint64_t limit = 0;
  if (auto ok = msg::read_json(**data, limit); !ok) {
    return fail_in(variant->name, std::move(ok.error()));
  }
  return limit;
}

}  // namespace

Result<std::uint64_t> decode_fds_limit(ByteView body) {
  return msg::decode_json(body, "descriptor limit", read_limit);
}

}  // namespace kinode::port
