#include "modules/http_server/login_page.h"

#include <array>

namespace kinode::http_server {

namespace {

// The files are built in; clang knows C23's #embed in C++ as an extension.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
constexpr char kPage[] = {
#embed "ui/login.html"
};
// hash-wasm 4.12 (MIT), as its package has it.
constexpr char kScript[] = {
#embed "ui/argon2.umd.min.js"
    ,
    '\n',
#embed "ui/login.js"
};
#pragma clang diagnostic pop

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void replace(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

std::string_view login_script() { return {kScript, sizeof kScript}; }

std::string login_page(std::string_view our_node) {
  std::string out(kPage, sizeof kPage);
  replace(out, "{{node}}", escaped(our_node));
  replace(out, "{{script}}", login_script());
  return out;
}

}  // namespace kinode::http_server
