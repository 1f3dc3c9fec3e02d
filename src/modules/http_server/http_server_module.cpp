#include "modules/http_server/http_server_module.h"

#include <fmt/format.h>
#include <variant>

#include "modules/http_server/admission.h"
#include "modules/http_server/static_content.h"
#include "msg/json_writer.h"
#include "port/answer.h"

namespace kinode::http_server {

namespace http = boost::beast::http;
using transport::HttpRequest;
using transport::HttpResponse;
using transport::text_response;

namespace {

constexpr std::string_view kRpcPath = "/rpc:distro:sys/message";

/// Why an action was not done.
struct Refused {
  HttpServerError error;
  std::string why;  // for people; empty: the error says it all
};
using Done = std::expected<void, Refused>;

Done done(Status status) {
  if (status) return {};
  return std::unexpected(
      Refused{HttpServerError::kMalformedRequest, std::move(status.error().detail)});
}

/// Does what a program asks, one overload per action.
struct Doing {
  Bindings& bindings;
  Sockets& sockets;
  const msg::Envelope& request;
  const Instant now;

  const msg::ProcessId& owner() const { return request.source->process; }

  Done bind(Bindings::Table table, std::string_view path, Binding binding, bool is_static) const {
    if (!msg::check_kimap_safe(owner()))
      return std::unexpected(Refused{HttpServerError::kInvalidSourceProcess, {}});
    binding.owner = owner();
    binding.pattern = full_path(owner(), path);
    const std::string own = full_path(owner(), "/");
    if (own.empty() && is_reserved_path(binding.pattern)) {
      return std::unexpected(
          Refused{HttpServerError::kInvalidSourceProcess,
                  fmt::format("{} belongs to another program", binding.pattern)});
    }
    if (is_static) {
      if (!request.blob) return std::unexpected(Refused{HttpServerError::kNoBlob, {}});
      binding.content = request.blob;
      binding.tag = entity_tag(request.blob->bytes.view());
    }
    return done(bindings.put(table, std::move(binding), now));
  }

  Done operator()(const action::Bind& a) const {
    Binding binding;
    binding.authenticated = a.authenticated;
    binding.local_only = a.local_only;
    return bind(Bindings::Table::kHttp, a.path, std::move(binding), a.cache);
  }
  Done operator()(const action::SecureBind& a) const {
    Binding binding;
    binding.authenticated = true;
    binding.subdomain = secure_label(owner());
    return bind(Bindings::Table::kHttp, a.path, std::move(binding), a.cache);
  }
  Done operator()(const action::WebSocketBind& a) const {
    Binding binding;
    binding.authenticated = a.authenticated;
    binding.extension = a.extension;
    return bind(Bindings::Table::kSockets, a.path, std::move(binding), false);
  }
  Done operator()(const action::WebSocketSecureBind& a) const {
    Binding binding;
    binding.authenticated = true;
    binding.subdomain = secure_label(owner());
    binding.extension = a.extension;
    return bind(Bindings::Table::kSockets, a.path, std::move(binding), false);
  }
  Done operator()(const action::Unbind& a) const {
    return done(bindings.unbind(Bindings::Table::kHttp, owner(), a.path, now));
  }
  Done operator()(const action::WebSocketUnbind& a) const {
    return done(bindings.unbind(Bindings::Table::kSockets, owner(), a.path, now));
  }
  Done operator()(const action::WebSocketPush& a) const {
    if (!request.blob) return std::unexpected(Refused{HttpServerError::kNoBlob, {}});
    return sent(sockets.push(owner(), a.channel, a.kind, request.blob->bytes));
  }
  Done operator()(const action::WebSocketExtPushOutgoing& a) const {
    if (!request.blob || a.kind != FrameKind::kBinary)
      return std::unexpected(Refused{HttpServerError::kNoBlob, {}});
    return sent(
        sockets.push_extension(owner(), a.channel, request.id, a.reply, request.blob->bytes));
  }
  Done operator()(const action::WebSocketClose& a) const {
    return sent(sockets.close(owner(), a.channel));
  }

  static Done sent(Sockets::Sent outcome) {
    switch (outcome) {
      case Sockets::Sent::kYes:
        return {};
      case Sockets::Sent::kTooLong:
        return std::unexpected(Refused{HttpServerError::kWsPingPongTooLong, {}});
      case Sockets::Sent::kNoChannel:
        break;
    }
    return std::unexpected(Refused{HttpServerError::kWsChannelNotFound, {}});
  }
};

}  // namespace

HttpServerModule::Parts::Parts(port::Port& p)
    : port(p),
      self(msg::share({p.our_node(), msg::system_process("http-server")})),
      rpc(p, self),
      apps(p, self),
      sessions(p.our_node(), p.executor().clock()),
      login(p, sessions),
      sockets(std::make_shared<Sockets>(p, self)) {}

port::ModuleInfo HttpServerModule::info() const {
  return {msg::system_process("http-server"), false};
}

Status HttpServerModule::start(port::Port& port) {
  parts_ = std::make_unique<Parts>(port);
  return {};
}

void HttpServerModule::stop() {
  parts_->rpc.stop();
  parts_->apps.stop();
  parts_->sockets->stop();
}

void HttpServerModule::process_ended(const msg::ProcessId& id) noexcept {
  parts_->apps.owner_ended(id);
  parts_->sockets->owner_ended(id);
  parts_->bindings.ended(id, parts_->port.executor().clock().now());
}

void HttpServerModule::handle(msg::EnvelopeRef envelope) noexcept {
  // Local by nature (design 7): nobody on another node binds, answers or pushes here (S2).
  if (envelope->source->node != parts_->port.our_node()) return;
  if (envelope->response() != nullptr) {
    if (!parts_->apps.answered(*envelope)) parts_->rpc.answered(*envelope);
  } else if (envelope->send_error() != nullptr) {
    parts_->apps.failed(envelope->id);
    parts_->rpc.failed(envelope->id);
  } else {
    configure(*envelope);
  }
}

void HttpServerModule::configure(const msg::Envelope& request) {
  const auto action = decode_http_action(request.request()->body.view());
  const Instant now = parts_->port.executor().clock().now();
  const Done outcome =
      action ? std::visit(Doing{parts_->bindings, *parts_->sockets, request, now}, *action)
             : std::unexpected(Refused{HttpServerError::kMalformedRequest, action.error().detail});
  if (outcome) {
    // The native program at the other end answers instead (io.md 4.5).
    if (std::holds_alternative<action::WebSocketExtPushOutgoing>(*action)) return;
    return port::send_done(parts_->port, request, parts_->self, kHttpOk);
  }
  const Refused& refused = outcome.error();
  msg::BlobRef cause;
  if (!refused.why.empty()) {
    std::string text;
    msg::append_json_string(text, refused.why);
    cause = port::json_blob(text);
  }
  port::send_refusal(parts_->port, request, parts_->self, encode_http_error(refused.error),
                     std::move(cause));
}

void HttpServerModule::handle(Exchange exchange) {
  const auto target = read_target(exchange->request());
  if (!target) return exchange->respond(text_response(400, target.error().detail + "\n"));
  if (target->path == kRpcPath) return parts_->rpc.handle(std::move(exchange));
  if (exchange->request().is_through_home) {
    return exchange->respond(text_response(404, "The socket in the home is for tools only.\n"));
  }
  if (is_forged(exchange->request(), target->authority)) {
    return exchange->respond(
        text_response(403, "this request comes from a page of another site\n"));
  }
  if (target->path == "/login") return parts_->login.handle(std::move(exchange), *target);
  // What is refused as a socket goes on as a page (io.md 4.1).
  if (transport::is_upgrade(exchange->request()) && open_socket(*exchange, *target)) return;
  const RouteMatch match = parts_->bindings.find_http(target->path);
  if (!match.binding) {
    return exchange->respond(text_response(
        404, fmt::format("Nothing is served at this path. This is the Kinode node {}.\n",
                         parts_->port.our_node())));
  }
  serve(std::move(exchange), *target, match);
}

bool HttpServerModule::is_of_another_package(const RequestTarget& target,
                                             const Binding& binding) const {
  const auto package = parts_->bindings.package_of_label(target.label());
  return package && *package != binding.owner.package_id();
}

bool HttpServerModule::is_logged_in(const HttpRequest& request, const Binding& binding) const {
  std::optional<std::string> subdomain;
  if (binding.subdomain) subdomain = binding.owner.text();
  return parts_->sessions.is_logged_in(request.header("Cookie"), subdomain);
}

bool HttpServerModule::open_socket(transport::HttpExchange& exchange, const RequestTarget& target) {
  const HttpRequest& request = exchange.request();
  const RouteMatch match = parts_->bindings.find_socket(target.path);
  if (!match.binding || match.binding->state != Binding::State::kBound) return false;
  const Binding& binding = *match.binding;
  if (binding.subdomain && target.label() != *binding.subdomain) return false;
  if (is_of_another_package(target, binding)) return false;
  if (binding.authenticated &&
      (is_from_elsewhere(request, target.authority) || !is_logged_in(request, binding))) {
    return false;
  }
  if (binding.extension && !request.peer_is_loopback) return false;
  return parts_->sockets->open(exchange, binding, target.path);
}

bool HttpServerModule::admit(const Exchange& exchange, const RequestTarget& target,
                             const Binding& binding) {
  const HttpRequest& request = exchange->request();
  if (binding.subdomain && target.label().empty()) {
    exchange->respond(text_response(401, "attempted to access secure subdomain without host"));
    return false;
  }
  if (binding.subdomain && target.label() != *binding.subdomain) {
    exchange->respond({307, {{"Location", secure_location(*binding.subdomain, target)}}, {}});
    return false;
  }
  if (binding.authenticated && !is_logged_in(request, binding)) {
    exchange->respond(parts_->login.instead_of(request));
    return false;
  }
  if (binding.local_only && !request.peer_is_loopback) {
    exchange->respond({403, {}, {}});
    return false;
  }
  return true;
}

void HttpServerModule::serve(Exchange exchange, const RequestTarget& target,
                             const RouteMatch& match) {
  const Binding& binding = *match.binding;
  if (binding.state == Binding::State::kTombstone) return exchange->respond({404, {}, {}});
  if (is_of_another_package(target, binding)) {
    return exchange->respond(
        text_response(403, "secure subdomain can only serve its associated package"));
  }
  if (!admit(exchange, target, binding)) return;
  if (binding.state == Binding::State::kEnded) {
    HttpResponse out = text_response(503, "the program is not running, it may be coming back\n");
    out.headers.emplace_back("Retry-After", "1");
    return exchange->respond(std::move(out));
  }
  const auto method = exchange->request().message.method();
  if (binding.content && (method == http::verb::get || method == http::verb::head)) {
    return exchange->respond(static_response(exchange->request(), binding));
  }
  parts_->apps.ask(std::move(exchange), target, match);
}

}  // namespace kinode::http_server
