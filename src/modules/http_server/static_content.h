// Content that a program has given to be served as it is (io.md 3.8, step 6; RFC 9110 13, 14).
#pragma once

#include <string>

#include "modules/http_server/binding.h"
#include "transport/http_message.h"

namespace kinode::http_server {

/// A strong entity tag, with its quotes: other content has another one.
std::string entity_tag(ByteView content);

/// Answers GET and HEAD: the content, the part of it that is asked for (206, or 416 when there is
/// no such part), or 304 for a client that has it already. Several ranges at once are not split:
/// the whole is sent. A client keeps it but asks each time whether it still holds.
transport::HttpResponse static_response(const transport::HttpRequest& request,
                                        const Binding& binding);

}  // namespace kinode::http_server
