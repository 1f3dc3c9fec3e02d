#include "modules/http_server/admission.h"

#include <boost/beast/core/string.hpp>
#include <fmt/format.h>

namespace kinode::http_server {

namespace http = boost::beast::http;

bool is_forged(const transport::HttpRequest& request, std::string_view authority) {
  const auto method = request.message.method();
  if (method == http::verb::get || method == http::verb::head || method == http::verb::options)
    return false;
  return is_from_elsewhere(request, authority);
}

bool is_from_elsewhere(const transport::HttpRequest& request, std::string_view authority) {
  if (!request.has_header("Origin")) return false;
  std::string_view origin = request.header("Origin");
  const std::size_t scheme = origin.find("://");
  if (scheme == origin.npos) return true;  // `null`: a sandbox, a file, a redirect
  origin.remove_prefix(scheme + 3);
  return !boost::beast::iequals({origin.data(), origin.size()},
                                {authority.data(), authority.size()});
}

std::string secure_location(std::string_view label, const RequestTarget& target) {
  return fmt::format("http://{}.{}{}{}{}", label, target.authority, target.path,
                     target.query.empty() ? "" : "?", target.query);
}

}  // namespace kinode::http_server
