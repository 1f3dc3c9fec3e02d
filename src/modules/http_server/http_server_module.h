// `http-server:distro:sys`: pages and sockets of programs, login, and the RPC endpoint for tools
// (io.md 3 to 5).
#pragma once

#include <memory>

#include "modules/http_server/app_requests.h"
#include "modules/http_server/bindings.h"
#include "modules/http_server/http_actions.h"
#include "modules/http_server/login.h"
#include "modules/http_server/rpc_endpoint.h"
#include "modules/http_server/sessions.h"
#include "modules/http_server/sockets.h"
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
  void process_ended(const msg::ProcessId& id) noexcept override;
  void stop() override;

  void handle(std::shared_ptr<transport::HttpExchange> exchange) override;

  /// The keyfile is open: people can log in from now on. Any thread, after start().
  void open_sessions(LoginKeys keys) { parts_->sessions.open(std::move(keys)); }

 private:
  using Exchange = std::shared_ptr<transport::HttpExchange>;

  /// In order of construction.
  struct Parts {
    explicit Parts(port::Port& port);
    port::Port& port;
    const msg::AddressRef self;
    RpcEndpoint rpc;
    AppRequests apps;
    Bindings bindings;
    Sessions sessions;
    Login login;
    const std::shared_ptr<Sockets> sockets;
  };

  void configure(const msg::Envelope& request);
  void serve(Exchange exchange, const RequestTarget& target, const RouteMatch& match);
  bool open_socket(transport::HttpExchange& exchange, const RequestTarget& target);
  bool is_of_another_package(const RequestTarget& target, const Binding& binding) const;
  bool is_logged_in(const transport::HttpRequest& request, const Binding& binding) const;
  bool admit(const Exchange& exchange, const RequestTarget& target, const Binding& binding);

  std::unique_ptr<Parts> parts_;
};

}  // namespace kinode::http_server
