// The RPC endpoint: calls against our other JSON reader, answers read back, and the check of hosts.
#include <cstdint>

#include "base/assert.h"
#include "modules/http_server/rpc_endpoint.h"
#include "msg/json.h"

namespace {

using namespace kinode;

/// The text of a member, the last of its name; none for null or a missing one.
std::optional<std::string> text_of(const msg::Json& call, std::string_view name) {
  std::optional<std::string> out;
  for (const auto& [key, value] : *call.members()) {
    if (key != name) continue;
    out.reset();
    if (!value.is_null()) out = *value.string();
  }
  return out;
}

void check_call(std::string_view text) {
  const auto call = http_server::parse_rpc_call(text, "our.os");
  if (!call) {
    KINODE_ASSERT(!call.error().detail.empty());
    return;
  }
  const auto tree = msg::Json::parse(text);
  if (!tree) return;  // our own reader has bounds on numbers and values that are beside the point
  KINODE_ASSERT(tree->members() != nullptr);
  KINODE_ASSERT(call->target.process.text() == text_of(*tree, "process"));
  KINODE_ASSERT(call->target.node == text_of(*tree, "node").value_or("our.os"));
  KINODE_ASSERT(call->body.text() == text_of(*tree, "body").value_or(""));
  KINODE_ASSERT(call->metadata == text_of(*tree, "metadata"));
  const auto data = text_of(*tree, "data");
  const auto bytes = data ? base64_decode(*data) : Result<ByteVector>(std::unexpect, Error{});
  KINODE_ASSERT((call->blob != nullptr) == bytes.has_value());
  if (call->blob) {
    KINODE_ASSERT(call->blob->bytes == Bytes::copy(*bytes));
    KINODE_ASSERT(call->blob->mime == text_of(*tree, "mime"));
  }
}

void check_answer(ByteView input) {
  auto blob = std::make_shared<msg::Blob>();
  blob->mime = std::string(as_text(input));
  blob->bytes = Bytes::copy(input);
  msg::Envelope response;
  msg::Response message;
  message.body = Bytes::copy(input);
  response.message = std::move(message);
  response.blob = blob;
  const auto tree = msg::Json::parse(http_server::rpc_answer(response));
  KINODE_ASSERT(tree && tree->members() != nullptr && tree->members()->size() == 2);
  const auto& [body_name, body] = (*tree->members())[0];
  KINODE_ASSERT(body_name == "body" && body.byte_list() != nullptr);
  KINODE_ASSERT(std::ranges::equal(*body.byte_list(), input));
  const auto& [blob_name, answered] = (*tree->members())[1];
  KINODE_ASSERT(blob_name == "lazy_load_blob");
  const auto* characters = (*answered.members())[1].second.byte_list();
  KINODE_ASSERT(characters != nullptr);
  KINODE_ASSERT(std::ranges::equal(base64_decode(as_text(*characters)).value(), input));
}

/// What may follow a loopback name: nothing, or a colon and at most five digits.
bool is_port(std::string_view text) {
  return text.empty() || (text[0] == ':' && text.size() <= 6 &&
                          text.find_first_not_of("0123456789", 1) == text.npos);
}

void check_host(std::string_view host) {
  if (host.size() > 1000) return;
  transport::HttpRequest request;
  request.peer_is_loopback = true;
  request.message.set(boost::beast::http::field::content_type, "application/json");
  request.message.set(boost::beast::http::field::host,
                      boost::beast::string_view(host.data(), host.size()));
  host = request.header("Host");  // spaces around a value are no part of it
  bool loopback = false;
  for (const std::string_view name : {"localhost", "127.0.0.1", "[::1]"}) {
    loopback |= host.starts_with(name) && is_port(host.substr(name.size()));
  }
  KINODE_ASSERT(http_server::refuse_rpc(request).has_value() != loopback);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  check_call(as_text(input));
  check_answer(input);
  check_host(as_text(input));
  return 0;
}
