#include "modules/http_server/http_server_module.h"

#include <fmt/format.h>

namespace kinode::http_server {

namespace {

constexpr std::string_view kRpcPath = "/rpc:distro:sys/message";

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

transport::HttpResponse text_response(unsigned status, std::string_view text) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, Bytes::copy(text)};
}

}  // namespace

port::ModuleInfo HttpServerModule::info() const {
  return {msg::system_process("http-server"), false};
}

Status HttpServerModule::start(port::Port& port) {
  port_ = &port;
  rpc_ = std::make_shared<RpcEndpoint>(port, msg::share({port.our_node(), info().id}));
  return {};
}

void HttpServerModule::stop() { rpc_->stop(); }

void HttpServerModule::handle(msg::EnvelopeRef envelope) noexcept {
  if (envelope->source->node != port_->our_node()) return;  // local by nature (design 7)
  if (envelope->response() != nullptr) {
    rpc_->answered(envelope);
  } else if (envelope->send_error() != nullptr) {
    rpc_->failed(envelope->id);
  }
}

void HttpServerModule::handle(std::shared_ptr<transport::HttpExchange> exchange) {
  const std::string_view path = path_of(exchange->request().target());
  if (path == kRpcPath) return rpc_->handle(std::move(exchange));
  exchange->respond(text_response(
      404, fmt::format("Nothing is served at this path. This is the Kinode node {}.\n",
                       port_->our_node())));
}

}  // namespace kinode::http_server
