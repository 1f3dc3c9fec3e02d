// What a native program at an extension socket says and is told, as MessagePack (io.md 4.5).
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "modules/http_server/http_actions.h"

namespace kinode::http_server {

struct ExtensionFrame {
  std::uint64_t id = 0;  // of the message that it belongs to
  ReplyKind kind = ReplyKind::kResponse;
  Bytes blob;
  bool operator==(const ExtensionFrame&) const = default;
};

/// With its fields' names, and bytes as integers.
Bytes encode_extension_frame(const ExtensionFrame& frame);

/// Takes bytes as integers or `bin`, the fields by name or in order, and the name of the kind that
/// the successor of Kinode uses. None: it is something else.
std::optional<ExtensionFrame> decode_extension_frame(ByteView frame);

}  // namespace kinode::http_server
