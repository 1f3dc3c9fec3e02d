#include "modules/http_server/request_target.h"

#include <algorithm>

namespace kinode::http_server {

namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_port(std::string_view text) {
  return text.empty() || (text.size() <= 5 && text.find_first_not_of("0123456789") == text.npos);
}

/// The host without its port; empty: not a host.
std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == authority.npos) return {};
    const std::string_view after = authority.substr(end + 1);
    const std::string_view inside = authority.substr(1, end - 1);
    if (inside.empty() || inside.find_first_not_of("0123456789abcdefABCDEF:.") != inside.npos)
      return {};
    if (!after.empty() && (after.front() != ':' || !is_port(after.substr(1)))) return {};
    return authority.substr(0, end + 1);
  }
  const std::size_t colon = authority.find(':');
  if (colon != authority.npos && !is_port(authority.substr(colon + 1))) return {};
  const std::string_view host = authority.substr(0, colon);
  const bool is_host = std::ranges::all_of(
      host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
  return is_host ? host : std::string_view();
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && hex(text[i + 1]) >= 0 &&
               hex(text[i + 2]) >= 0) {
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return is_utf8(as_bytes(out)) ? out : with_replacements(out);
}

}  // namespace

std::string with_replacements(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t size = 1;
    while (size <= 4 && !is_utf8(as_bytes(text.substr(0, size)))) ++size;
    out += size <= 4 ? text.substr(0, size) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(size <= 4 ? std::min(size, text.size()) : 1);
  }
  return out;
}

Result<RequestTarget> read_target(const transport::HttpRequest& request) {
  RequestTarget out;
  std::string_view target = request.target();
  if (!is_utf8(as_bytes(target))) return fail(Code::kInvalid, "the path is not UTF-8");
  out.authority = request.header("Host");
  if (const std::size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != target.npos) {
    target.remove_prefix(scheme + 3);
    const std::size_t end = std::min(target.find_first_of("/?"), target.size());
    out.authority = target.substr(0, end);
    target.remove_prefix(end);
  }
  if (out.authority.empty()) out.authority = "localhost";
  out.host = host_of(out.authority);
  if (out.host.empty()) {
    return fail(Code::kInvalid, "the Host header is not a host name");
  }
  const std::size_t question = target.find('?');
  out.path = target.substr(0, question);
  if (question != target.npos) out.query = target.substr(question + 1);
  if (out.path.ends_with('/')) out.path.remove_suffix(1);
  return out;
}

std::vector<std::pair<std::string, std::string>> decode_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!query.empty()) {
    const std::string_view piece = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(piece.size() + 1, query.size()));
    if (piece.empty()) continue;
    const std::size_t equals = piece.find('=');
    out.emplace_back(decode(piece.substr(0, equals)),
                     equals == piece.npos ? std::string() : decode(piece.substr(equals + 1)));
  }
  return out;
}

}  // namespace kinode::http_server
