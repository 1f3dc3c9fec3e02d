#include "modules/http_server/static_content.h"

#include <charconv>
#include <fmt/format.h>
#include <optional>

#include "crypto/hash.h"

namespace kinode::http_server {

using transport::HttpRequest;
using transport::HttpResponse;

namespace {

/// Whether a list of tags has this one, or is `*` (RFC 9110 8.8.3.2, the weak comparison).
bool has_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

struct Range {
  std::size_t from = 0;
  std::size_t size = 0;  // 0: there is no such part
};

std::optional<std::size_t> number(std::string_view text) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// One range of bytes out of `total`; none: the header is to be passed over (RFC 9110 14.2).
std::optional<Range> read_range(std::string_view header, std::size_t total) {
  if (!header.starts_with("bytes=")) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == header.npos || header.find(',') != header.npos) return std::nullopt;
  const std::string_view first = header.substr(0, dash);
  const std::string_view last = header.substr(dash + 1);
  if (first.empty()) {
    const auto suffix = number(last);
    if (!suffix) return std::nullopt;
    const std::size_t size = std::min(*suffix, total);
    return Range{total - size, size};
  }
  const auto from = number(first);
  const auto to = last.empty() ? std::optional(total) : number(last);
  if (!from || !to || *to < *from) return std::nullopt;
  if (*from >= total) return Range{};
  return Range{*from, std::min(*to, total - 1) - *from + 1};
}

}  // namespace

std::string entity_tag(ByteView content) {
  const crypto::Hash hash = crypto::sha256(content);
  return fmt::format("\"{}\"", hex_encode(ByteView(hash).first(16)));
}

HttpResponse static_response(const HttpRequest& request, const Binding& binding) {
  const Bytes& content = binding.content->bytes;
  HttpResponse out;
  out.headers.emplace_back("ETag", binding.tag);
  out.headers.emplace_back("Cache-Control",
                           binding.authenticated ? "private, no-cache" : "no-cache");
  if (request.has_header("If-None-Match") &&
      has_tag(request.header("If-None-Match"), binding.tag)) {
    out.status = 304;
    return out;
  }
  out.headers.emplace_back("Content-Type", binding.content->mime.value_or("text/plain"));
  out.headers.emplace_back("Accept-Ranges", "bytes");
  out.body = content;
  const bool is_get = request.message.method() == boost::beast::http::verb::get;
  const bool holds = !request.has_header("If-Range") || request.header("If-Range") == binding.tag;
  if (!is_get || !holds || !request.has_header("Range")) return out;
  const auto range = read_range(request.header("Range"), content.size());
  if (!range) return out;
  if (range->size == 0) {
    return {416, {{"Content-Range", fmt::format("bytes */{}", content.size())}}, {}};
  }
  out.status = 206;
  out.headers.emplace_back(
      "Content-Range",
      fmt::format("bytes {}-{}/{}", range->from, range->from + range->size - 1, content.size()));
  out.body = Bytes::copy(content.view().subspan(range->from, range->size));
  return out;
}

}  // namespace kinode::http_server
