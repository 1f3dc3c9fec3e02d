// What a program asks of the HTTP server, and what it answers, as JSON (io.md 3.3, 3.4, 4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "transport/websocket.h"

namespace kinode::http_server {

using transport::FrameKind;
enum class ReplyKind : std::uint8_t { kRequest, kResponse };

std::string_view frame_name(FrameKind kind);  // "Text" and so on

namespace action {
/// With `cache` the blob is served, else the program is asked.
struct Bind {
  std::string path;
  bool authenticated = false;
  bool local_only = false;
  bool cache = false;
  bool operator==(const Bind&) const = default;
};
struct SecureBind {
  std::string path;
  bool cache = false;
  bool operator==(const SecureBind&) const = default;
};
struct Unbind {
  std::string path;
  bool operator==(const Unbind&) const = default;
};
struct WebSocketBind {
  std::string path;
  bool authenticated = false;
  bool extension = false;
  bool operator==(const WebSocketBind&) const = default;
};
struct WebSocketSecureBind {
  std::string path;
  bool extension = false;
  bool operator==(const WebSocketSecureBind&) const = default;
};
struct WebSocketUnbind {
  std::string path;
  bool operator==(const WebSocketUnbind&) const = default;
};
struct WebSocketPush {
  std::uint32_t channel = 0;
  FrameKind kind = FrameKind::kText;
  bool operator==(const WebSocketPush&) const = default;
};
struct WebSocketExtPushOutgoing {
  std::uint32_t channel = 0;
  FrameKind kind = FrameKind::kBinary;
  ReplyKind reply = ReplyKind::kRequest;
  bool operator==(const WebSocketExtPushOutgoing&) const = default;
};
struct WebSocketClose {
  std::uint32_t channel = 0;
  bool operator==(const WebSocketClose&) const = default;
};
}  // namespace action

using HttpAction =
    std::variant<action::Bind, action::SecureBind, action::Unbind, action::WebSocketBind,
                 action::WebSocketSecureBind, action::WebSocketUnbind, action::WebSocketPush,
                 action::WebSocketExtPushOutgoing, action::WebSocketClose>;

/// The error names the field and what was expected. `WebSocketOpen` and `WebSocketExtPushData`,
/// which the server and its extensions say, are not for programs to ask.
Result<HttpAction> decode_http_action(ByteView body);
std::string encode_http_action(const HttpAction& action);

enum class HttpServerError : std::uint8_t {
  kMalformedRequest,
  kNoBlob,
  kInvalidSourceProcess,
  kWsPingPongTooLong,
  kWsChannelNotFound,
};

/// `{"Ok":null}` and `{"Err":"NoBlob"}`.
constexpr std::string_view kHttpOk = R"({"Ok":null})";
std::string encode_http_error(HttpServerError error);

}  // namespace kinode::http_server
