// The page and the address where one logs in (io.md 3.13).
#pragma once

#include <memory>
#include <string>

#include "modules/http_server/login_limiter.h"
#include "modules/http_server/request_target.h"
#include "modules/http_server/sessions.h"
#include "port/port.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// Thread: any.
class Login {
 public:
  Login(port::Port& port, Sessions& sessions);

  /// `/login`: GET shows the page; POST with `{"password_hash":"0x..","subdomain":".."}` logs in;
  /// DELETE logs out.
  void handle(std::shared_ptr<transport::HttpExchange> exchange, const RequestTarget& target);

  /// What is sent instead of what only the owner may see: the page for somebody who looks at pages,
  /// 401 for programs and everything that is not GET (Q9).
  transport::HttpResponse instead_of(const transport::HttpRequest& request) const;

 private:
  transport::HttpResponse page() const;
  transport::HttpResponse post(transport::HttpExchange& exchange, const RequestTarget& target);

  port::Port& port_;
  Sessions& sessions_;
  LoginLimiter limiter_;
  Bytes html_;
  std::string policy_;  // Content-Security-Policy
};

/// Where a login that was asked for at `/login?redirect=..` goes on: a path of this site, and `/`
/// instead of anything that could lead elsewhere or end the header (S11).
std::string safe_redirect(std::string_view redirect);

}  // namespace kinode::http_server
