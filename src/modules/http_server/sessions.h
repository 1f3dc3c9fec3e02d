// Who is logged in (io.md 3.12, kernel.md 6.3).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "rt/mutex.h"

namespace kinode::http_server {

/// What the keyfile gives for logging in.
struct LoginKeys {
  crypto::SecretBytes token_secret;
  /// SHA-256 of the password's hash as browsers send it; none: a development node, which takes any.
  std::optional<crypto::Hash> password;
};

/// Thread: any.
class Sessions {
 public:
  Sessions(std::string our_node, const Clock& clock)
      : our_node_(std::move(our_node)), clock_(clock) {}

  /// Before this nobody can log in or is logged in.
  void open(LoginKeys keys);
  bool is_open() const;

  /// Whether the Cookie header has a valid token for the node, or for the one program `subdomain`.
  bool is_logged_in(std::string_view cookies, const std::optional<std::string>& subdomain) const;

  /// Whether `password_hash`, `0x` and 64 digits, is that of the node's password. Takes as long
  /// wherever it differs.
  bool is_password(std::string_view password_hash) const;

  /// The Set-Cookie value of a fresh session, for 26 weeks; it has the attributes that keep it from
  /// scripts and other sites (S9). `is_secure`: only over TLS.
  std::string new_cookie(const std::optional<std::string>& subdomain, bool is_secure) const;

  /// The same that ends the session in the browser.
  std::string ended_cookie(const std::optional<std::string>& subdomain) const;

 private:
  std::string cookie_name(const std::optional<std::string>& subdomain) const;

  const std::string our_node_;
  const Clock& clock_;
  mutable rt::Mutex mutex_;
  std::shared_ptr<const LoginKeys> keys_ __attribute__((guarded_by(mutex_)));
  std::shared_ptr<const LoginKeys> keys() const;
};

/// Of several with one name the first that has a value counts, and a piece with more than one `=`
/// does not (io.md 3.12). None: there is none, or it is empty.
std::optional<std::string_view> cookie_value(std::string_view cookies, std::string_view name);

}  // namespace kinode::http_server
