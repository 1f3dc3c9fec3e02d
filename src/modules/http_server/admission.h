// Which requests of browsers are taken for what they say they are.
#pragma once

#include <string>
#include <string_view>

#include "modules/http_server/request_target.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// Whether a page of another site makes the browser send this: the request could change something,
/// and its Origin is not the site that it goes to (S10). Programs that are no browsers send none.
bool is_forged(const transport::HttpRequest& request, std::string_view authority);

/// Whether the request has an Origin, and it is not the site that it goes to.
bool is_from_elsewhere(const transport::HttpRequest& request, std::string_view authority);

/// The same address under a program's own host name (io.md 3.8, step 4).
std::string secure_location(std::string_view label, const RequestTarget& target);

}  // namespace kinode::http_server
