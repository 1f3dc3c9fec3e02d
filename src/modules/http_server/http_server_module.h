// `http-server:distro:sys`, first part: the RPC endpoint for tools on this machine (io.md 5).
#pragma once

#include <memory>

#include "modules/http_server/rpc_endpoint.h"
#include "port/module.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// Serves HTTP requests that a listener hands it. Thread: see port::Module and
/// transport::HttpHandler.
class HttpServerModule final : public port::Module, public transport::HttpHandler {
 public:
  port::ModuleInfo info() const override;
  Status start(port::Port& port) override;
  void handle(msg::EnvelopeRef envelope) noexcept override;
  void stop() override;

  void handle(std::shared_ptr<transport::HttpExchange> exchange) override;

 private:
  port::Port* port_ = nullptr;
  std::shared_ptr<RpcEndpoint> rpc_;
};

}  // namespace kinode::http_server
