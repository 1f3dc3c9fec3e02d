// What programs tell the server, and exchanges that keep their answers.
#pragma once

#include <../tests/support/fake_port.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "modules/http_server/http_server_module.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// A request from this machine to `localhost`, until it is said otherwise.
inline transport::HttpRequest request_to(const std::string& target,
                                         const std::string& method = "GET",
                                         std::string_view body = {}) {
  transport::HttpRequest request;
  request.peer = "127.0.0.1:5000";
  request.peer_is_loopback = true;
  request.message.method_string(method);
  request.message.target(target);
  request.message.set(boost::beast::http::field::host, "localhost");
  request.message.body().assign(body.begin(), body.end());
  return request;
}

class FakeExchange final : public transport::HttpExchange {
 public:
  explicit FakeExchange(transport::HttpRequest request) : request_(std::move(request)) {}
  const transport::HttpRequest& request() const override { return request_; }
  Bytes take_body() override { return Bytes::adopt(std::move(request_.message.body())); }
  void accept_socket(std::shared_ptr<transport::SocketHandler> handler) override {
    socket = std::move(handler);
  }
  void respond(transport::HttpResponse response) override {
    answers.push_back(std::move(response));
  }

  /// The one answer that came; 0: none yet.
  unsigned status() const {
    EXPECT_LE(answers.size(), 1u);
    return answers.empty() ? 0 : answers[0].status;
  }
  std::string body() const {
    return answers.empty() ? "none" : std::string(answers[0].body.text());
  }
  /// Of several the first; "-": not there.
  std::string header(std::string_view name) const {
    if (answers.empty()) return "none";
    for (const auto& [key, value] : answers[0].headers) {
      if (key == name) return value;
    }
    return "-";
  }

  transport::HttpRequest request_;
  std::vector<transport::HttpResponse> answers;
  std::shared_ptr<transport::SocketHandler> socket;  // it became a WebSocket
};

/// What a program tells the module, which waits for an answer; `content` is the blob. The answer's
/// body, taken out of what was sent; "nothing" if there is none.
inline std::string tell(HttpServerModule& module, support::FakePort& port, std::string_view source,
                        std::string_view body,
                        std::optional<std::string_view> content = std::nullopt) {
  auto request = support::request(source, "me.os@http-server:distro:sys", body);
  if (content) {
    auto blob = std::make_shared<msg::Blob>();
    blob->bytes = Bytes::copy(*content);
    blob->mime = "text/html";
    request->blob = std::move(blob);
  }
  const std::size_t before = port.sent.size();
  module.handle(msg::EnvelopeRef(std::move(request)));
  if (port.sent.size() == before) return "nothing";
  const msg::EnvelopeRef answer = port.sent.back();
  port.sent.pop_back();
  return std::string(answer->response()->body.text());
}

/// Hands the module a request and gives what became of it.
inline FakeExchange serve(HttpServerModule& module, transport::HttpRequest request) {
  auto exchange = std::make_shared<FakeExchange>(std::move(request));
  module.handle(std::static_pointer_cast<transport::HttpExchange>(exchange));
  return *exchange;
}

}  // namespace kinode::http_server
