#include <fmt/format.h>

#include "base/limits.h"
#include "msg/json_message.h"

namespace kinode::msg {

namespace {

template <class T>
Status read_id(const Json& value, T& out, std::string_view shape) {
  const std::string* text = value.string();
  if (text == nullptr) return json_mismatch(fmt::format("a string like \"{}\"", shape), value);
  auto id = T::parse(*text);
  if (!id) return std::unexpected(std::move(id.error()));
  out = std::move(*id);
  return {};
}

/// Reads into a pointer to an immutable value of its own.
template <class T>
auto into(std::shared_ptr<const T>& out) {
  return [&out](const Json& value) -> Status {
    auto fresh = std::make_shared<T>();
    if (auto ok = read_json(value, *fresh); !ok) return ok;
    out = std::move(fresh);
    return {};
  };
}

auto into(SignedCaps& out) {
  return
      [&out](const Json& value) { return read_json_list(value, out, limits::kCapsPerMessageMax); };
}

/// The original's `Message`: `{"Request": ..}` or `{"Response": [.., context]}`.
auto into_message(Envelope& out) {
  return [&out](const Json& value) -> Status {
    auto variant = read_json_variant(value, "Message");
    if (!variant) return std::unexpected(std::move(variant.error()));
    if (variant->name != "Request" && variant->name != "Response") {
      return unknown_variant(*variant, "`Request` or `Response`");
    }
    const auto data = variant->data();
    if (!data) return std::unexpected(data.error());
    if (variant->name == "Request") return read_json(**data, out.message.emplace<Request>());
    Response& response = out.message.emplace<Response>();
    auto in = StructReader::tuple(**data, "Response with context", 2);
    in.field("response", response);
    in.field("context", response.context);
    return std::move(in).finish();
  };
}

Status read_kind(const Json& value, SendErrorKind& out) {
  auto variant = read_json_variant(value, "SendErrorKind");
  if (!variant) return std::unexpected(std::move(variant.error()));
  if (variant->name == "Offline") {
    out = SendErrorKind::kOffline;
  } else if (variant->name == "Timeout") {
    out = SendErrorKind::kTimeout;
  } else {
    return unknown_variant(*variant, "`Offline` or `Timeout`");
  }
  return variant->unit();
}

}  // namespace

Status read_json(const Json& value, ProcessId& out) {
  return read_id(value, out, "process:package:publisher");
}

Status read_json(const Json& value, Address& out) {
  return read_id(value, out, "node@process:package:publisher");
}

Status read_json(const Json& value, PackageId& out) {
  StructReader in(value, "PackageId", 2);
  in.field("package_name", out.package);
  in.field("publisher_node", out.publisher);
  return std::move(in).finish();
}

Status read_json(const Json& value, Capability& out) {
  Address issuer;
  std::string params;
  StructReader in(value, "Capability", 2);
  in.field("issuer", issuer);
  in.field_with("params", [&](const Json& v) -> Status {
    if (auto ok = read_json(v, params); !ok) return ok;
    if (params.size() <= limits::kCapParamsBytesMax) return {};
    return fail(Code::kInvalid, fmt::format("expected at most {} bytes, found {}",
                                            limits::kCapParamsBytesMax, params.size()));
  });
  if (auto ok = std::move(in).finish(); !ok) return ok;
  out = Capability(std::move(issuer), std::move(params));
  return {};
}

Status read_json(const Json& value, Blob& out) {
  StructReader in(value, "LazyLoadBlob", 2);
  in.field("mime", out.mime);
  in.field("bytes", out.bytes);
  return std::move(in).finish();
}

Status read_json(const Json& value, SignedCapability& out) {
  // A bare capability may itself be a positional array of two strings.
  const Json::Items* pair = value.items();
  const bool bare = pair == nullptr || (pair->size() == 2 && (*pair)[0].string() != nullptr);
  if (bare) {
    out.signature = {};
    return read_json(value, out.cap);
  }
  auto in = StructReader::tuple(value, "Capability with signature", 2);
  in.field("capability", out.cap);
  in.field("signature", out.signature);
  return std::move(in).finish();
}

Status read_json(const Json& value, Request& out) {
  StructReader in(value, "Request", 5);
  in.field("inherit", out.inherit);
  in.field("expects_response", out.expects_response);
  in.field("body", out.body);
  in.field("metadata", out.metadata);
  in.field_with("capabilities", into(out.capabilities));
  return std::move(in).finish();
}

Status read_json(const Json& value, Response& out) {
  StructReader in(value, "Response", 4);
  in.field("inherit", out.inherit);
  in.field("body", out.body);
  in.field("metadata", out.metadata);
  in.field_with("capabilities", into(out.capabilities));
  return std::move(in).finish();
}

Status read_json(const Json& value, Envelope& out) {
  StructReader in(value, "KernelMessage", 6);
  in.field("id", out.id);
  in.field_with("source", into(out.source));
  in.field_with("target", into(out.target));
  in.optional_field_with("rsvp", into(out.rsvp));
  in.field_with("message", into_message(out));
  in.optional_field_with("lazy_load_blob", into(out.blob));
  return std::move(in).finish();
}

Status read_json(const Json& value, SendError& out) {
  auto original = std::make_shared<Envelope>();
  StructReader in(value, "SendError", 4);
  in.field_with("kind", [&](const Json& v) { return read_kind(v, out.kind); });
  in.field_with("target", into(original->target));
  in.field_with("message", into_message(*original));
  in.optional_field_with("lazy_load_blob", into(original->blob));
  out.original = std::move(original);
  return std::move(in).finish();
}

Status read_json(const Json& value, OnExitRequest& out) {
  auto in = StructReader::tuple(value, "OnExit request", 3);
  in.field("target", out.target);
  in.field("request", out.request);
  in.field("blob", out.blob);
  return std::move(in).finish();
}

Status read_json(const Json& value, OnExit& out) {
  auto variant = read_json_variant(value, "OnExit");
  if (!variant) return std::unexpected(std::move(variant.error()));
  out.requests.clear();
  if (variant->name == "None" || variant->name == "Restart") {
    out.kind = variant->name == "None" ? OnExit::Kind::kNone : OnExit::Kind::kRestart;
    return variant->unit();
  }
  if (variant->name != "Requests")
    return unknown_variant(*variant, "`None`, `Restart` or `Requests`");
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  out.kind = OnExit::Kind::kRequests;
  return read_json_list(**data, out.requests, limits::kOnExitRequestsMax);
}

Result<OnExit> decode_on_exit(ByteView text) { return decode_json<OnExit>(text, "OnExit"); }

}  // namespace kinode::msg
