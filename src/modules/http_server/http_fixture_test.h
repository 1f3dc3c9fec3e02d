// A node that keeps what it is told to send, and exchanges that keep their answers.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "port/port.h"
#include "rt/manual_executor.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// The clock stands still; every message is delivered to nobody.
class FakePort final : public port::Port {
 public:
  const std::string& our_node() const override { return node_; }
  port::Routed send(msg::EnvelopeRef envelope) override {
    sent.push_back(std::move(envelope));
    return routed;
  }
  bool is_alive(const msg::ProcessId&) const override { return true; }
  bool has_capability(const msg::ProcessId&, const msg::Capability&) const override { return true; }
  Status grant(const msg::ProcessId&, const msg::Capability&) override { return {}; }
  void print(std::uint8_t, const msg::ProcessId&, std::string) override {}
  rt::Executor& executor() override { return manual; }
  Random& random() override { return random_; }
  Log& log() override { return log_; }

  port::Routed routed = port::Routed::kDelivered;
  std::vector<msg::EnvelopeRef> sent;
  rt::ManualExecutor manual;

 private:
  const std::string node_ = "me.os";
  SeededRandom random_{1};
  NullLog log_;
};

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

}  // namespace kinode::http_server
