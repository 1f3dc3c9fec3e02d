#include "modules/http_server/login.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits_http.h"
#include "crypto/hash.h"
#include "modules/http_server/login_page.h"
#include "msg/json_reader.h"

namespace kinode::http_server {

namespace http = boost::beast::http;
using transport::HttpRequest;
using transport::HttpResponse;

namespace {

struct Credentials {
  std::string password_hash;
  std::optional<std::string> subdomain;
};

Result<Credentials> read_credentials(const msg::Json& value) {
  Credentials out;
  msg::StructReader in(value, "login", 2);
  in.field("password_hash", out.password_hash);
  in.field("subdomain", out.subdomain);
  if (auto ok = std::move(in).finish(); !ok) return std::unexpected(std::move(ok.error()));
  if (out.subdomain && out.subdomain->empty()) out.subdomain.reset();
  return out;
}

/// A JSON string, as the login page reads it.
HttpResponse said(unsigned status, std::string_view text) {
  std::string body;
  msg::append_json_string(body, text);
  return {status,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          Bytes::copy(body)};
}

bool wants_page(const HttpRequest& request) {
  if (request.message.method() != http::verb::get) return false;
  if (!request.has_header("Accept")) return true;
  const std::string_view accept = request.header("Accept");
  return accept.find("text/html") != accept.npos || accept.find("*/*") != accept.npos ||
         accept.find("text/*") != accept.npos;
}

}  // namespace

std::string safe_redirect(std::string_view redirect) {
  const bool is_path =
      redirect.starts_with('/') && !redirect.starts_with("//") &&
      std::ranges::all_of(redirect, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
  return is_path ? std::string(redirect) : "/";
}

Login::Login(port::Port& port, Sessions& sessions)
    : port_(port), sessions_(sessions), html_(Bytes::copy(login_page(port.our_node()))) {
  policy_ = fmt::format(
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'; "
      "script-src 'sha256-{}' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'self'; "
      "frame-ancestors 'none'",
      base64_encode(crypto::sha256(as_bytes(login_script()))));
}

HttpResponse Login::page() const {
  return {200,
          {{"Content-Type", "text/html; charset=utf-8"},
           {"Cache-Control", "no-store"},
           {"Content-Security-Policy", policy_},
           {"X-Frame-Options", "DENY"},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"}},
          html_};
}

HttpResponse Login::instead_of(const HttpRequest& request) const {
  if (wants_page(request)) return page();
  HttpResponse out = transport::text_response(401, "log in first, at /login\n");
  out.headers.emplace_back("Cache-Control", "no-store");
  return out;
}

void Login::handle(std::shared_ptr<transport::HttpExchange> exchange, const RequestTarget& target) {
  switch (exchange->request().message.method()) {
    case http::verb::get:
    case http::verb::head:
      return exchange->respond(page());
    case http::verb::post:
      return exchange->respond(post(*exchange, target));
    case http::verb::delete_: {
      HttpResponse out = said(200, "logged out");
      out.headers.emplace_back("Set-Cookie", sessions_.ended_cookie(std::nullopt));
      return exchange->respond(std::move(out));
    }
    default:
      return exchange->respond({405, {{"Allow", "GET, HEAD, POST, DELETE"}}, {}});
  }
}

HttpResponse Login::post(transport::HttpExchange& exchange, const RequestTarget& target) {
  const HttpRequest& request = exchange.request();
  if (!sessions_.is_open()) return said(503, "the node is still starting, try again in a moment");
  if (request.body().size() > limits::kLoginBodyBytesMax)
    return said(413, "Failed to parse login info");
  const auto credentials =
      msg::decode_json<Credentials>(as_bytes(request.body()), "login", read_credentials);
  if (!credentials) return said(400, "Failed to parse login info");
  const Instant now = port_.executor().clock().now();
  if (const Nanos wait = limiter_.wait(request.peer, now); wait > Nanos{0}) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    HttpResponse out = said(429, fmt::format("too many wrong passwords: wait {} s", seconds));
    out.headers.emplace_back("Retry-After", std::to_string(seconds));
    return out;
  }
  if (!sessions_.is_password(credentials->password_hash)) {
    limiter_.failed(request.peer, now);
    return said(401, "wrong password");
  }
  limiter_.succeeded(request.peer);
  std::string redirect;
  for (const auto& [name, value] : decode_query(target.query)) {
    if (name == "redirect") redirect = safe_redirect(value);
  }
  HttpResponse out = redirect.empty() ? said(200, "logged in") : HttpResponse{303, {}, {}};
  if (!redirect.empty()) out.headers.emplace_back("Location", redirect);
  out.headers.emplace_back("Set-Cookie", sessions_.new_cookie(credentials->subdomain, false));
  return out;
}

}  // namespace kinode::http_server
