// What comes in at the RPC endpoint and what goes out (io.md 5, design 7).
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/http_server/rpc_endpoint.h"
#include "msg/json.h"

namespace kinode::http_server {

namespace json = boost::json;

namespace {

/// A field that is text or null or absent; an Error for anything else.
Result<std::optional<std::string_view>> text_field(const json::object& object,
                                                   std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) return fail(Code::kInvalid, fmt::format("`{}` must be text", name));
  return std::string_view(text->data(), text->size());
}

Result<std::optional<std::uint64_t>> number_field(const json::object& object,
                                                  std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_uint64()) return value->get_uint64();
  if (value->is_int64() && value->get_int64() >= 0) {
    return static_cast<std::uint64_t>(value->get_int64());
  }
  return fail(Code::kInvalid, fmt::format("`{}` must be a whole number", name));
}

Result<RpcCall> read_call(const json::object& object, const std::string& our_node) {
  const auto process = text_field(object, "process");
  const auto node = text_field(object, "node");
  const auto body = text_field(object, "body");
  const auto data = text_field(object, "data");
  const auto mime = text_field(object, "mime");
  const auto metadata = text_field(object, "metadata");
  const auto expects = number_field(object, "expects_response");
  for (const auto* field : {&process, &node, &body, &data, &mime, &metadata}) {
    if (!*field) return std::unexpected(field->error());
  }
  if (!expects) return std::unexpected(expects.error());
  if (!*process) return fail(Code::kInvalid, "`process` is missing");
  auto id = msg::ProcessId::parse(**process);
  if (!id) return std::unexpected(std::move(id.error()));
  RpcCall call;
  call.target = {node->has_value() ? std::string(**node) : our_node, std::move(*id)};
  if (*body) call.body = Bytes::copy(**body);
  if (*metadata) call.metadata = std::string(**metadata);
  call.expects_response = *expects;
  if (*data) {
    if (auto bytes = base64_decode(**data)) {
      auto blob = std::make_shared<msg::Blob>();
      if (*mime) blob->mime = std::string(**mime);
      blob->bytes = Bytes::adopt(std::move(*bytes));
      call.blob = std::move(blob);
    }
  }
  return call;
}

bool is_loopback_host(std::string_view host) {
  if (host.starts_with("[::1]")) {
    host.remove_prefix(5);
  } else {
    const std::size_t colon = host.find(':');
    const std::string_view name = host.substr(0, colon);
    if (name != "localhost" && name != "127.0.0.1") return false;
    host = colon == std::string_view::npos ? std::string_view() : host.substr(colon);
  }
  if (host.empty()) return true;
  if (host[0] != ':' || host.size() > 6) return false;
  return host.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

bool is_json(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  constexpr std::string_view kJson = "application/json";
  return type.size() == kJson.size() &&
         std::equal(type.begin(), type.end(), kJson.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

}  // namespace

std::optional<RpcRefusal> refuse_rpc(const transport::HttpRequest& request) {
  // No web page and no proxy comes that way.
  const bool is_checked = request.is_through_home;
  if (!is_checked && !request.peer_is_loopback) {
    return RpcRefusal{403, "The RPC endpoint answers programs on this machine only."};
  }
  // A proxy on this machine would make the whole network look local (fault 17).
  for (const auto* proxy : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"}) {
    if (!is_checked && request.has_header(proxy)) {
      return RpcRefusal{403, "The RPC endpoint does not answer through a proxy."};
    }
  }
  if (!is_checked && !is_loopback_host(request.header("Host"))) {
    return RpcRefusal{
        403, "The RPC endpoint answers for the host names localhost, 127.0.0.1 and [::1] only."};
  }
  if (!is_checked && request.has_header("Origin")) {
    return RpcRefusal{403,
                      "The RPC endpoint does not answer web pages (the request has an Origin)."};
  }
  if (!is_json(request.header("Content-Type"))) {
    return RpcRefusal{415, "Send the request with the header Content-Type: application/json."};
  }
  return std::nullopt;
}

Result<RpcCall> parse_rpc_call(std::string_view text, const std::string& our_node) {
  unsigned char space[4096];
  json::monotonic_resource memory(space);
  json::parse_options options;
  options.max_depth = limits::kNestingMax;
  boost::system::error_code error;
  const json::value value =
      json::parse(json::string_view(text.data(), text.size()), error, &memory, options);
  if (error) return fail(Code::kInvalid, "the body is not JSON: " + error.message());
  const json::object* object = value.if_object();
  if (object == nullptr) return fail(Code::kInvalid, "the body is not a JSON object");
  return read_call(*object, our_node);
}

std::string rpc_answer(const msg::Envelope& response) {
  std::string out = "{\"body\":";
  msg::append_json_bytes(out, response.response()->body.view());
  out += ",\"lazy_load_blob\":";
  if (!response.blob) {
    out += "null}";
    return out;
  }
  out += "{\"mime\":";
  if (response.blob->mime) {
    msg::append_json_string(out, *response.blob->mime);
  } else {
    out += "null";
  }
  out += ",\"bytes\":";
  msg::append_json_bytes(out, as_bytes(base64_encode(response.blob->bytes.view())));
  out += "}}";
  return out;
}

}  // namespace kinode::http_server
