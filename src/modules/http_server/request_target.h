// Where a request goes, taken apart (RFC 9112 3.2, io.md 3.7).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// Views into the request.
struct RequestTarget {
  std::string_view path;       // as it came, without query and without one slash at its end
  std::string_view query;      // without `?`
  std::string_view authority;  // host and port; `localhost` if the request names none
  std::string_view host;       // without port; IPv6 in its brackets

  /// What stands before the first dot of the host: a program's own, or just a name.
  std::string_view label() const { return host.substr(0, host.find('.')); }
};

/// From the absolute target or else the Host header. Error: a host with characters that hosts do
/// not have, so that nobody can put anything into an answer through it (S11), or a target that is
/// not UTF-8.
Result<RequestTarget> read_target(const transport::HttpRequest& request);

/// What is not UTF-8 becomes U+FFFD, byte by byte.
std::string with_replacements(std::string_view text);

/// `a=1&b=x+y%21` decoded; bytes that are not UTF-8 become U+FFFD, a `%` without two digits stands
/// for itself. In order, with repeated names.
std::vector<std::pair<std::string, std::string>> decode_query(std::string_view query);

}  // namespace kinode::http_server
