// The page where the owner logs in: one file without anything from elsewhere (S21).
#pragma once

#include <string>
#include <string_view>

namespace kinode::http_server {

/// The page for this node. `our_node` is put in as text, whatever it is.
std::string login_page(std::string_view our_node);

/// The text between its script tags, which the page's content policy names by its hash.
std::string_view login_script();

}  // namespace kinode::http_server
