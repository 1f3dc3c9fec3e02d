#include "kernel/guest_convert.h"

#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::kernel {

using wasm::GuestBytes;

msg::ProcessId to_process_id(const wasm::GuestProcessId& id) {
  return {std::string(id.process.text()), std::string(id.package.text()),
          std::string(id.publisher.text())};
}

msg::Address to_address(const wasm::GuestAddress& address) {
  return {std::string(address.node.text()), to_process_id(address.process)};
}

msg::Capability to_capability(const wasm::GuestCapability& cap) {
  return {to_address(cap.issuer), std::string(cap.params.text())};
}

std::vector<msg::Capability> to_capabilities(std::span<const wasm::GuestCapability> caps) {
  std::vector<msg::Capability> out;
  out.reserve(caps.size());
  for (const auto& cap : caps) out.push_back(to_capability(cap));
  return out;
}

msg::BlobRef to_blob(const wasm::GuestBlob& blob) {
  if (!blob.present) return nullptr;
  auto out = std::make_shared<msg::Blob>();
  if (blob.mime.present()) out->mime = std::string(blob.mime.text());
  out->bytes = Bytes::copy(blob.bytes.bytes());
  return out;
}

msg::OnExit to_on_exit(const wasm::GuestOnExit& on_exit) {
  msg::OnExit out;
  out.kind = static_cast<msg::OnExit::Kind>(on_exit.kind);
  for (std::size_t i = 0; i < on_exit.request_count; ++i) {
    const wasm::GuestOnExitRequest& from = on_exit.requests[i];
    msg::OnExitRequest to;
    to.target = to_address(from.target);
    to.request.inherit = from.request.inherit;
    if (from.request.has_expects) to.request.expects_response = from.request.expects;
    to.request.body = Bytes::copy(from.request.body.bytes());
    if (from.request.metadata.present())
      to.request.metadata = std::string(from.request.metadata.text());
    for (std::size_t c = 0; c < from.request.capability_count; ++c) {
      to.request.capabilities.push_back({to_capability(from.request.capabilities[c]), {}});
    }
    if (const auto blob = to_blob(from.blob)) to.blob = *blob;
    out.requests.push_back(std::move(to));
  }
  return out;
}

Status check_send_size(const wasm::GuestRequest& request, const wasm::GuestBytes& context,
                       const wasm::GuestBlob& blob) {
  const auto over = [](std::string_view what, std::size_t size, std::size_t max) -> Status {
    if (size <= max) return {};
    return fail(Code::kOverloaded,
                fmt::format("the {} of the message has {} bytes, {} are allowed", what, size, max));
  };
  if (auto s = over("body", request.body.size, limits::kBodyBytesMax); !s) return s;
  if (auto s = over("metadata", request.metadata.size, limits::kMetadataBytesMax); !s) return s;
  if (auto s = over("context", context.size, limits::kContextBytesMax); !s) return s;
  if (auto s = over("blob", blob.bytes.size, limits::kBlobBytesMax); !s) return s;
  if (request.capability_count > limits::kCapsPerMessageMax) {
    return fail(Code::kOverloaded,
                fmt::format("the message carries {} capabilities, {} are allowed",
                            request.capability_count, limits::kCapsPerMessageMax));
  }
  return {};
}

wasm::GuestProcessId view(const msg::ProcessId& id) {
  return {GuestBytes::of(id.process), GuestBytes::of(id.package), GuestBytes::of(id.publisher)};
}

wasm::GuestAddress view(const msg::Address& address) {
  return {GuestBytes::of(address.node), view(address.process)};
}

wasm::GuestBytes view(const std::optional<std::string>& text) {
  return text ? GuestBytes::of(*text) : GuestBytes();
}

wasm::GuestBytes view(const Bytes& bytes) { return GuestBytes::of(bytes.view()); }

void view(const msg::BlobRef& blob, wasm::GuestBlob& out) {
  out.present = blob != nullptr;
  if (!blob) return;
  out.mime = view(blob->mime);
  out.bytes = view(blob->bytes);
}

std::span<const wasm::GuestCapability> view(const msg::SignedCaps& caps,
                                            std::vector<wasm::GuestCapability>& storage) {
  storage.clear();
  for (const auto& held : caps) {
    storage.push_back({view(held.cap.issuer()), GuestBytes::of(held.cap.params())});
  }
  return storage;
}

}  // namespace kinode::kernel
