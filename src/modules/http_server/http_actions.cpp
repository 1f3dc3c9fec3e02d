#include "modules/http_server/http_actions.h"

#include <algorithm>
#include <array>

#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::http_server {

namespace {

using msg::Json;
using msg::JsonVariant;
using msg::StructReader;

constexpr std::array<std::string_view, 5> kFrameNames = {"Text", "Binary", "Ping", "Pong", "Close"};
constexpr std::array<std::string_view, 2> kReplyNames = {"Request", "Response"};

/// An enum without data, by the place of its name among `names`.
template <class Enum, std::size_t N>
Status read_name(const Json& value, const std::array<std::string_view, N>& names,
                 std::string_view known, Enum& out) {
  const auto variant = msg::read_json_variant(value, "a name");
  if (!variant) return std::unexpected(variant.error());
  const auto* found = std::ranges::find(names, variant->name);
  if (found == names.end()) return msg::unknown_variant(*variant, known);
  out = static_cast<Enum>(found - names.begin());
  return variant->unit();
}

Status read_frame_name(const Json& value, FrameKind& out) {
  return read_name(value, kFrameNames, "one of `Text`, `Binary`, `Ping`, `Pong`, `Close`", out);
}
Status read_reply_name(const Json& value, ReplyKind& out) {
  return read_name(value, kReplyNames, "`Request` or `Response`", out);
}

Result<HttpAction> read_bind(const JsonVariant& variant) {
  return msg::read_json_struct<action::Bind>(variant, 4, [](StructReader& in, action::Bind& out) {
    in.field("path", out.path);
    in.field("authenticated", out.authenticated);
    in.field("local_only", out.local_only);
    in.field("cache", out.cache);
  });
}

Result<HttpAction> read_secure_bind(const JsonVariant& variant) {
  return msg::read_json_struct<action::SecureBind>(variant, 2,
                                                   [](StructReader& in, action::SecureBind& out) {
                                                     in.field("path", out.path);
                                                     in.field("cache", out.cache);
                                                   });
}

template <class T>
Result<HttpAction> read_path(const JsonVariant& variant) {
  return msg::read_json_struct<T>(variant, 1,
                                  [](StructReader& in, T& out) { in.field("path", out.path); });
}

// Kinode 0.9 had a field `encrypted` in between, which named fields may carry still (io.md 13.1).
Result<HttpAction> read_socket_bind(const JsonVariant& variant) {
  return msg::read_json_struct<action::WebSocketBind>(
      variant, 3, [](StructReader& in, action::WebSocketBind& out) {
        in.field("path", out.path);
        in.field("authenticated", out.authenticated);
        in.field("extension", out.extension);
      });
}

Result<HttpAction> read_secure_socket_bind(const JsonVariant& variant) {
  return msg::read_json_struct<action::WebSocketSecureBind>(
      variant, 2, [](StructReader& in, action::WebSocketSecureBind& out) {
        in.field("path", out.path);
        in.field("extension", out.extension);
      });
}

Result<HttpAction> read_push(const JsonVariant& variant) {
  return msg::read_json_struct<action::WebSocketPush>(
      variant, 2, [](StructReader& in, action::WebSocketPush& out) {
        in.field("channel_id", out.channel);
        in.field_with("message_type", [&](const Json& v) { return read_frame_name(v, out.kind); });
      });
}

Result<HttpAction> read_extension_push(const JsonVariant& variant) {
  return msg::read_json_struct<action::WebSocketExtPushOutgoing>(
      variant, 3, [](StructReader& in, action::WebSocketExtPushOutgoing& out) {
        in.field("channel_id", out.channel);
        in.field_with("message_type", [&](const Json& v) { return read_frame_name(v, out.kind); });
        in.field_with("desired_reply_type",
                      [&](const Json& v) { return read_reply_name(v, out.reply); });
      });
}

Result<HttpAction> read_close(const JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  action::WebSocketClose out;
  if (auto ok = msg::read_json(**data, out.channel); !ok)
    return fail_in("WebSocketClose", std::move(ok.error()));
  return out;
}

struct Name {
  std::string_view text;
  Result<HttpAction> (*read)(const JsonVariant&);
};

constexpr std::array kNames{
    Name{"Bind", read_bind},
    Name{"SecureBind", read_secure_bind},
    Name{"Unbind", read_path<action::Unbind>},
    Name{"WebSocketBind", read_socket_bind},
    Name{"WebSocketSecureBind", read_secure_socket_bind},
    Name{"WebSocketUnbind", read_path<action::WebSocketUnbind>},
    Name{"WebSocketPush", read_push},
    Name{"WebSocketExtPushOutgoing", read_extension_push},
    Name{"WebSocketClose", read_close},
};

Result<HttpAction> read_action(const Json& value) {
  const auto variant = msg::read_json_variant(value, "an action");
  if (!variant) return std::unexpected(variant.error());
  const auto* name = std::ranges::find(kNames, variant->name, &Name::text);
  if (name == kNames.end()) {
    return msg::unknown_variant(*variant,
                                "one of `Bind`, `SecureBind`, `Unbind`, `WebSocketBind`, "
                                "`WebSocketSecureBind`, `WebSocketUnbind`, `WebSocketPush`, "
                                "`WebSocketExtPushOutgoing`, `WebSocketClose`");
  }
  return name->read(*variant);
}

/// Appends an action, one overload per kind.
struct Writer {
  std::string& out;

  void operator()(const action::Bind& a) const {
    msg::write_json_struct(out, "Bind", [&](auto& o) {
      o.field("path", a.path).field("authenticated", a.authenticated);
      o.field("local_only", a.local_only).field("cache", a.cache);
    });
  }
  void operator()(const action::SecureBind& a) const {
    msg::write_json_struct(out, "SecureBind",
                           [&](auto& o) { o.field("path", a.path).field("cache", a.cache); });
  }
  void operator()(const action::Unbind& a) const {
    msg::write_json_struct(out, "Unbind", [&](auto& o) { o.field("path", a.path); });
  }
  void operator()(const action::WebSocketBind& a) const {
    msg::write_json_struct(out, "WebSocketBind", [&](auto& o) {
      o.field("path", a.path).field("authenticated", a.authenticated);
      o.field("extension", a.extension);
    });
  }
  void operator()(const action::WebSocketSecureBind& a) const {
    msg::write_json_struct(out, "WebSocketSecureBind", [&](auto& o) {
      o.field("path", a.path).field("extension", a.extension);
    });
  }
  void operator()(const action::WebSocketUnbind& a) const {
    msg::write_json_struct(out, "WebSocketUnbind", [&](auto& o) { o.field("path", a.path); });
  }
  void operator()(const action::WebSocketPush& a) const {
    msg::write_json_struct(out, "WebSocketPush", [&](auto& o) {
      o.field("channel_id", a.channel).field("message_type", frame_name(a.kind));
    });
  }
  void operator()(const action::WebSocketExtPushOutgoing& a) const {
    msg::write_json_struct(out, "WebSocketExtPushOutgoing", [&](auto& o) {
      o.field("channel_id", a.channel).field("message_type", frame_name(a.kind));
      o.field("desired_reply_type", kReplyNames.at(static_cast<std::size_t>(a.reply)));
    });
  }
  void operator()(const action::WebSocketClose& a) const {
    msg::write_json_variant(out, "WebSocketClose", a.channel);
  }
};

}  // namespace

std::string_view frame_name(FrameKind kind) {
  return kFrameNames.at(static_cast<std::size_t>(kind));
}

Result<HttpAction> decode_http_action(ByteView body) {
  return msg::decode_json<HttpAction>(body, "http-server request", read_action);
}

std::string encode_http_action(const HttpAction& action) {
  std::string out;
  std::visit(Writer{out}, action);
  return out;
}

std::string encode_http_error(HttpServerError error) {
  constexpr std::array<std::string_view, 5> kErrorNames = {
      "MalformedRequest", "NoBlob", "InvalidSourceProcess", "WsPingPongTooLong",
      "WsChannelNotFound"};
  std::string out;
  msg::write_json_variant(out, "Err", kErrorNames.at(static_cast<std::size_t>(error)));
  return out;
}

}  // namespace kinode::http_server
