// An HTTP request as its handler sees it, and what it answers.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/vector_body.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "transport/websocket.h"

namespace kinode::transport {

/// Owned by the exchange; lives until the answer has been given.
struct HttpRequest {
  boost::beast::http::request<boost::beast::http::vector_body<std::uint8_t>> message;
  std::string_view peer;  // ip:port; empty for a local socket
  bool peer_is_loopback = false;
  bool is_through_home = false;  // by the socket in the home, which only its owner can open

  std::string_view target() const { return {message.target().data(), message.target().size()}; }
  std::string_view header(std::string_view name) const {
    const auto it = message.find(name);
    if (it == message.end()) return {};
    return {it->value().data(), it->value().size()};
  }
  std::string_view body() const { return as_text(message.body()); }
  bool has_header(std::string_view name) const { return message.find(name) != message.end(); }
};

/// Whether the client wants a WebSocket and says so in a form that can be answered (RFC
/// 6455 4.2.1).
bool is_upgrade(const HttpRequest& request);

struct HttpResponse {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // without framing headers
  Bytes body;
};

/// An answer that people read.
inline HttpResponse text_response(unsigned status, std::string_view text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, Bytes::copy(text)};
}

/// One request and the right to answer it, once.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpRequest& request() const = 0;

  /// The request's body, without a copy; it is gone from the request then. Once, before the answer.
  virtual Bytes take_body() = 0;

  /// Answers. Later calls do nothing. Thread: any.
  virtual void respond(HttpResponse response) = 0;

  /// Instead of an answer: makes the connection a WebSocket. Only within HttpHandler::handle, and
  /// only if is_upgrade(request()).
  virtual void accept_socket(std::shared_ptr<SocketHandler> handler) = 0;
};

/// Thread: called on the worker that owns the connection. May answer at once or later.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void handle(std::shared_ptr<HttpExchange> exchange) = 0;
};

}  // namespace kinode::transport
