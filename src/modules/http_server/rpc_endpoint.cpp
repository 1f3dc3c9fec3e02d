#include "modules/http_server/rpc_endpoint.h"

#include <fmt/format.h>

#include "base/limits_http.h"

namespace kinode::http_server {

using transport::HttpExchange;
using transport::HttpResponse;

namespace {

HttpResponse empty(unsigned status) { return {status, {}, {}}; }

}  // namespace

RpcEndpoint::RpcEndpoint(port::Port& port, msg::AddressRef self)
    : port_(port),
      self_(std::move(self)),
      waiting_(std::make_shared<Waiting>(port, limits::kHttpConnectionsMax)) {}

void RpcEndpoint::handle(std::shared_ptr<HttpExchange> exchange) {
  if (const auto refused = refuse_rpc(exchange->request()))
    return exchange->respond(transport::text_response(refused->status, refused->why + "\n"));
  auto call = parse_rpc_call(exchange->request().body(), port_.our_node());
  if (!call) return exchange->respond(empty(400));
  auto envelope = std::make_shared<msg::Envelope>();
  envelope->id = waiting_->next_id();
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
  if (!waiting_->add(id, exchange, self_->process, limits::kRpcAnswerTimeMax)) {
    return exchange->respond(empty(503));
  }
  const port::Routed routed = port_.send(std::move(envelope));
  // Nobody will answer: say so now, not in 15 s.
  if (routed != port::Routed::kDelivered)
    waiting_->answer(id, routed == port::Routed::kFull ? 503 : 408);
}

bool RpcEndpoint::answered(const msg::Envelope& response) {
  const auto taken = waiting_->take(response.id);
  if (!taken) return false;
  taken->exchange->respond(
      {200, {{"Content-Type", "text/html"}}, Bytes::copy(rpc_answer(response))});
  return true;
}

}  // namespace kinode::http_server
