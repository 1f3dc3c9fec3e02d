#include "modules/http_server/rpc_endpoint.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::http_server {

using transport::HttpExchange;
using transport::HttpResponse;

namespace {

HttpResponse empty(unsigned status) { return {status, {}, {}}; }

HttpResponse refusal(const RpcRefusal& refusal) {
  return {refusal.status,
          {{"Content-Type", "text/plain; charset=utf-8"}},
          Bytes::copy(refusal.why + "\n")};
}

}  // namespace

RpcEndpoint::RpcEndpoint(port::Port& port, msg::AddressRef self)
    : port_(port), self_(std::move(self)), ids_(port.random()) {}

std::uint64_t RpcEndpoint::next_id() {
  rt::Lock lock(mutex_);
  return ids_.next();
}

void RpcEndpoint::handle(std::shared_ptr<HttpExchange> exchange) {
  if (const auto refused = refuse_rpc(exchange->request()))
    return exchange->respond(refusal(*refused));
  const std::string& body = exchange->request().message.body();
  auto call = parse_rpc_call(body, port_.our_node());
  if (!call) return exchange->respond(empty(400));
  auto envelope = std::make_shared<msg::Envelope>();
  envelope->id = next_id();
  envelope->source = self_;
  envelope->target = msg::share(std::move(call->target));
  envelope->blob = std::move(call->blob);
  msg::Request request;
  request.expects_response = call->expects_response;
  request.body = std::move(call->body);
  request.metadata = std::move(call->metadata);
  envelope->message = std::move(request);
  if (!call->expects_response) {
    const port::Routed routed = port_.send(std::move(envelope));
    return exchange->respond(
        routed == port::Routed::kFull
            ? empty(503)
            : HttpResponse{200, {{"Content-Type", "application/octet-stream"}}, {}});
  }
  envelope->rsvp = self_;
  const std::uint64_t id = envelope->id;
  if (!wait(id, std::move(exchange))) return;
  switch (port_.send(std::move(envelope))) {
    case port::Routed::kDelivered:
      break;
    case port::Routed::kFull:
      if (const auto waiting = take(id)) waiting->respond(empty(503));
      break;
    default:
      failed(id);
      break;  // nobody will answer: say so now, not in 15 s
  }
}

bool RpcEndpoint::wait(std::uint64_t id, std::shared_ptr<HttpExchange> exchange) {
  const Instant when = port_.executor().clock().now() + limits::kRpcAnswerTimeMax;
  const rt::TimerId timer = port_.executor().timers().call_at(when, [weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) self->failed(id);
  });
  {
    rt::Lock lock(mutex_);
    if (!stopping_) {
      waiting_.emplace(id, Waiting{std::move(exchange), timer});
      return true;
    }
  }
  port_.executor().timers().cancel(timer);
  exchange->respond(empty(503));
  return false;
}

std::shared_ptr<HttpExchange> RpcEndpoint::take(std::uint64_t id) {
  Waiting out;
  {
    rt::Lock lock(mutex_);
    const auto it = waiting_.find(id);
    if (it == waiting_.end()) return nullptr;
    out = std::move(it->second);
    waiting_.erase(it);
  }
  port_.executor().timers().cancel(out.timer);
  return out.exchange;
}

void RpcEndpoint::answered(const msg::EnvelopeRef& response) {
  const auto exchange = take(response->id);
  if (!exchange) return;
  exchange->respond({200, {{"Content-Type", "text/html"}}, Bytes::copy(rpc_answer(*response))});
}

void RpcEndpoint::failed(std::uint64_t id) {
  if (const auto exchange = take(id)) exchange->respond(empty(408));
}

void RpcEndpoint::stop() {
  std::unordered_map<std::uint64_t, Waiting> rest;
  {
    rt::Lock lock(mutex_);
    stopping_ = true;
    rest.swap(waiting_);
  }
  for (auto& [id, waiting] : rest) {
    port_.executor().timers().cancel(waiting.timer);
    waiting.exchange->respond(empty(503));
  }
}

}  // namespace kinode::http_server
