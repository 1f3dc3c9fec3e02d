#include "modules/http_server/extension_frame.h"

#include <array>
#include <string_view>

#include "base/limits_http.h"
#include "msg/msgpack_reader.h"
#include "msg/msgpack_writer.h"

namespace kinode::http_server {

namespace {

constexpr std::string_view kName = "WebSocketExtPushData";
constexpr std::array<std::string_view, 2> kKinds = {"Request", "Response"};
constexpr std::array<std::string_view, 4> kFields = {"id", "kinode_message_type", "blob",
                                                     "hyperware_message_type"};

}  // namespace

Bytes encode_extension_frame(const ExtensionFrame& frame) {
  msg::MsgpackWriter out;
  out.reserve(64 + 2 * frame.blob.size());
  out.map(1);
  out.string(kName);
  out.map(3);
  out.string(kFields[0]);
  out.integer(frame.id);
  out.string(kFields[1]);
  out.string(kKinds.at(static_cast<std::size_t>(frame.kind)));
  out.string(kFields[2]);
  out.bytes(frame.blob.view());
  return Bytes::adopt(out.take());
}

std::optional<ExtensionFrame> decode_extension_frame(ByteView bytes) {
  msg::MsgpackReader in(bytes);
  constexpr std::array<std::string_view, 1> kVariants = {kName};
  const auto variant = in.variant("a frame", kVariants);
  in.need_value("a frame", variant);
  ExtensionFrame out;
  bool has_kind = false;
  const auto read_kind = [&] {
    const auto kind = in.variant("the kind", kKinds);
    in.unit("the kind", kind);
    out.kind = static_cast<ReplyKind>(kind.index);
    has_kind = true;
  };
  // As an array it has three fields; as a map the kind has one of two names.
  constexpr std::uint32_t kEitherKind = 1u << 1 | 1u << 3;
  msg::MsgpackReader as_array = in;
  as_array.tuple("a frame", 3);
  if (as_array.ok()) {
    in = as_array;
    out.id = in.integer("id");
    read_kind();
    out.blob = in.bytes("blob", limits::kWebSocketMessageBytesMax);
  } else {
    in.structure("a frame", kFields, kEitherKind, [&](std::size_t field) {
      if (field == 0) {
        out.id = in.integer("id");
      } else if (field == 2) {
        out.blob = in.bytes("blob", limits::kWebSocketMessageBytesMax);
      } else {
        read_kind();
      }
    });
  }
  if (!in.ok() || !has_kind) return std::nullopt;
  return out;
}

}  // namespace kinode::http_server
