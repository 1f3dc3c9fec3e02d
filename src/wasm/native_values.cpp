#include "wasm/native_values.h"

namespace kinode::wasm {

const Bytes& NativeMessage::body() const {
  if (const auto* r = response()) return r->body;
  const auto* failed = send_error();
  return failed ? failed->request.body : request()->body;
}

msg::Request native_request(std::string_view body, std::optional<std::uint64_t> expects) {
  msg::Request out;
  out.expects_response = expects;
  out.body = Bytes::copy(body);
  return out;
}

msg::Response native_response(std::string_view body) {
  msg::Response out;
  out.body = Bytes::copy(body);
  return out;
}

namespace native {
namespace {

GuestBytes view(const Bytes& bytes) { return GuestBytes::of(bytes.view()); }
GuestBytes view(const std::optional<std::string>& text) {
  return text ? GuestBytes::of(*text) : GuestBytes();
}

std::string text(const GuestBytes& bytes) { return std::string(bytes.text()); }
std::optional<std::string> optional_text(const GuestBytes& bytes) {
  return bytes.present() ? std::optional(text(bytes)) : std::nullopt;
}

msg::SignedCaps unsigned_caps(const GuestRequest& from) {
  msg::SignedCaps out;
  for (auto& cap : capabilities({from.capabilities, from.capability_count})) {
    out.push_back({std::move(cap), {}});
  }
  return out;
}

msg::Request request(const GuestRequest& from) {
  return {.inherit = from.inherit,
          .expects_response = from.has_expects ? std::optional(from.expects) : std::nullopt,
          .body = Bytes::copy(from.body.bytes()),
          .metadata = optional_text(from.metadata),
          .capabilities = unsigned_caps(from)};
}

}  // namespace

GuestProcessId ToViews::process_id(const msg::ProcessId& id) {
  return {GuestBytes::of(id.process), GuestBytes::of(id.package), GuestBytes::of(id.publisher)};
}

GuestAddress ToViews::address(const msg::Address& address) {
  return {GuestBytes::of(address.node), process_id(address.process)};
}

GuestBlob ToViews::blob(const std::optional<msg::Blob>& blob) {
  if (!blob) return {};
  return {.present = true, .mime = view(blob->mime), .bytes = view(blob->bytes)};
}

GuestRequest ToViews::parts(const auto& from) {
  auto& caps = capabilities_.emplace_back();
  for (const auto& signed_cap : from.capabilities) {
    const auto& cap = signed_cap.cap;
    caps.push_back({address(cap.issuer()), GuestBytes::of(cap.params())});
  }
  return {.inherit = from.inherit,
          .body = view(from.body),
          .metadata = view(from.metadata),
          .capabilities = caps.data(),
          .capability_count = caps.size()};
}

GuestRequest ToViews::request(const msg::Request& request) {
  auto out = parts(request);
  out.has_expects = request.expects_response.has_value();
  out.expects = request.expects_response.value_or(0);
  return out;
}

GuestRequest ToViews::response(const msg::Response& response) { return parts(response); }

GuestSend ToViews::send(const NativeSend& send) {
  return {.target = address(send.target),
          .request = request(send.request),
          .context = send.context ? view(*send.context) : GuestBytes(),
          .blob = blob(send.blob)};
}

GuestOnExit ToViews::on_exit(const msg::OnExit& on_exit) {
  for (const auto& r : on_exit.requests) {
    on_exit_.push_back({address(r.target), request(r.request), blob(r.blob)});
  }
  return {.kind = static_cast<GuestOnExitKind>(on_exit.kind),
          .requests = on_exit_.data(),
          .request_count = on_exit_.size()};
}

GuestSpawn ToViews::spawn(const NativeSpawn& spawn) {
  for (const auto& [id, params] : spawn.grant_capabilities) {
    grants_.push_back({process_id(id), GuestBytes::of(params)});
  }
  const auto caps = capabilities(spawn.request_capabilities);
  return {.name = view(spawn.name),
          .wasm_path = GuestBytes::of(spawn.wasm_path),
          .on_exit = on_exit(spawn.on_exit),
          .request_capabilities = caps.data(),
          .request_capability_count = caps.size(),
          .grant_capabilities = grants_.data(),
          .grant_capability_count = grants_.size(),
          .is_public = spawn.is_public};
}

std::span<const GuestCapability> ToViews::capabilities(const std::vector<msg::Capability>& caps) {
  auto& out = capabilities_.emplace_back();
  for (const auto& cap : caps) {
    out.push_back({address(cap.issuer()), GuestBytes::of(cap.params())});
  }
  return out;
}

msg::ProcessId process_id(const GuestProcessId& id) {
  return {text(id.process), text(id.package), text(id.publisher)};
}

msg::Address address(const GuestAddress& address) {
  return {text(address.node), process_id(address.process)};
}

std::vector<msg::Capability> capabilities(std::span<const GuestCapability> caps) {
  std::vector<msg::Capability> out;
  for (const auto& cap : caps) out.emplace_back(address(cap.issuer), text(cap.params));
  return out;
}

std::optional<Bytes> optional_bytes(const GuestBytes& bytes) {
  return bytes.present() ? std::optional(Bytes::copy(bytes.bytes())) : std::nullopt;
}

std::optional<msg::Blob> blob(const GuestBlob& blob) {
  if (!blob.present) return std::nullopt;
  return msg::Blob{optional_text(blob.mime), Bytes::copy(blob.bytes.bytes())};
}

msg::OnExit on_exit(const GuestOnExit& on_exit) {
  msg::OnExit out{static_cast<msg::OnExit::Kind>(on_exit.kind), {}};
  for (const auto& r : std::span(on_exit.requests, on_exit.request_count)) {
    out.requests.push_back({address(r.target), request(r.request), blob(r.blob)});
  }
  return out;
}

NativeMessage message(const GuestMessage& got) {
  NativeMessage out{address(got.source), {}, optional_bytes(got.context)};
  auto parts = request(got.request);
  switch (got.kind) {
    case GuestMessageKind::kRequest:
      out.message = std::move(parts);
      break;
    case GuestMessageKind::kResponse:
      out.message = msg::Response{parts.inherit, std::move(parts.body), std::move(parts.metadata),
                                  std::move(parts.capabilities), out.context};
      break;
    case GuestMessageKind::kSendError:
      out.message = NativeSendError{static_cast<msg::SendErrorKind>(got.error_kind),
                                    std::move(parts), blob(got.blob)};
      break;
  }
  return out;
}

NativeSpawned spawned(const GuestSpawned& spawned) {
  if (spawned.ok) return process_id(spawned.id);
  return static_cast<NativeSpawnError>(spawned.error);
}

}  // namespace native
}  // namespace kinode::wasm
