// What a browser holds after it has logged in (kernel.md 6.3): JSON Web Tokens (RFC 7519) with
// HS256 and nothing else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/secret.h"

namespace kinode::crypto {

/// Who is logged in where. No subdomain: the whole node; else the id of one program.
struct Session {
  std::string username;
  std::optional<std::string> subdomain;
};

/// How long a login holds: 26 weeks.
inline constexpr std::uint64_t kSessionSeconds = 26ull * 7 * 24 * 3600;

/// The token of a session that ends at `expiration`, in seconds since 1970. `secret` is the
/// keyfile's.
std::string make_session_token(const SecretBytes& secret, const Session& session,
                               std::uint64_t expiration);

/// Success when `token` was made with `secret` for exactly this session and has not expired at
/// `now`, in seconds since 1970. How long it takes says nothing about the right signature.
/// Errors, kDenied: not ours, of another session, expired (as are all of 0.9, fault 5 made those
/// forgeable); the text says which.
Status verify_session_token(const SecretBytes& secret, std::string_view token,
                            const Session& session, std::uint64_t now);

}  // namespace kinode::crypto
