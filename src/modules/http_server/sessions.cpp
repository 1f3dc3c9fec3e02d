#include "modules/http_server/sessions.h"

#include <algorithm>
#include <fmt/format.h>

#include "crypto/session_token.h"

namespace kinode::http_server {

namespace {

/// Of the id of a program in a cookie's name.
std::string cleaned(std::string_view subdomain) {
  std::string out;
  std::ranges::copy_if(subdomain, std::back_inserter(out), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == ':' || c == '.';
  });
  return out;
}

}  // namespace

std::optional<std::string_view> cookie_value(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = cookies.find("; ");
    const std::string_view piece = cookies.substr(0, end);
    cookies.remove_prefix(end == cookies.npos ? cookies.size() : end + 2);
    const std::size_t equals = piece.find('=');
    if (equals == piece.npos || piece.find('=', equals + 1) != piece.npos) continue;
    if (piece.substr(0, equals) != name) continue;
    if (piece.size() == equals + 1) return std::nullopt;
    return piece.substr(equals + 1);
  }
  return std::nullopt;
}

void Sessions::open(LoginKeys keys) {
  auto shared = std::make_shared<const LoginKeys>(std::move(keys));
  rt::Lock lock(mutex_);
  keys_ = std::move(shared);
}

std::shared_ptr<const LoginKeys> Sessions::keys() const {
  rt::Lock lock(mutex_);
  return keys_;
}

bool Sessions::is_open() const { return keys() != nullptr; }

std::string Sessions::cookie_name(const std::optional<std::string>& subdomain) const {
  if (!subdomain) return "kinode-auth_" + our_node_;
  return fmt::format("kinode-auth_{}@{}", our_node_, cleaned(*subdomain));
}

bool Sessions::is_logged_in(std::string_view cookies,
                            const std::optional<std::string>& subdomain) const {
  const auto opened = keys();
  if (!opened) return false;
  const auto token = cookie_value(cookies, cookie_name(subdomain));
  if (!token) return false;
  const auto now = static_cast<std::uint64_t>(clock_.unix_ms() / 1000);
  return crypto::verify_session_token(opened->token_secret, *token, {our_node_, subdomain}, now)
      .has_value();
}

bool Sessions::is_password(std::string_view password_hash) const {
  const auto opened = keys();
  if (!opened) return false;
  if (!opened->password) return true;
  const crypto::Hash given = crypto::sha256(as_bytes(password_hash));
  return crypto::SecretBytes::copy(given) == crypto::SecretBytes::copy(*opened->password);
}

std::string Sessions::new_cookie(const std::optional<std::string>& subdomain,
                                 bool is_secure) const {
  const auto opened = keys();
  if (!opened) return {};
  const auto now = static_cast<std::uint64_t>(clock_.unix_ms() / 1000);
  const std::string token = crypto::make_session_token(opened->token_secret, {our_node_, subdomain},
                                                       now + crypto::kSessionSeconds);
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax{}", cookie_name(subdomain),
                     token, crypto::kSessionSeconds, is_secure ? "; Secure" : "");
}

std::string Sessions::ended_cookie(const std::optional<std::string>& subdomain) const {
  return fmt::format("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", cookie_name(subdomain));
}

}  // namespace kinode::http_server
