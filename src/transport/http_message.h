// An HTTP request as its handler sees it, and what it answers.
#pragma once

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace kinode::transport {

/// Owned by the exchange; lives until the answer has been written.
struct HttpRequest {
  boost::beast::http::request<boost::beast::http::string_body> message;
  bool peer_is_loopback = false;

  std::string_view target() const { return {message.target().data(), message.target().size()}; }
  std::string_view header(std::string_view name) const {
    const auto it = message.find(name);
    if (it == message.end()) return {};
    return {it->value().data(), it->value().size()};
  }
  bool has_header(std::string_view name) const { return message.find(name) != message.end(); }
};

struct HttpResponse {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;  // without framing headers
  Bytes body;
};

/// One request and the right to answer it, once.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  virtual const HttpRequest& request() const = 0;

  /// Answers. Later calls do nothing. Thread: any.
  virtual void respond(HttpResponse response) = 0;
};

/// Thread: called on the worker that owns the connection. May answer at once or later.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;
  virtual void handle(std::shared_ptr<HttpExchange> exchange) = 0;
};

}  // namespace kinode::transport
