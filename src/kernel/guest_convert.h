// Between guest views and messages. Views are checked for size on the way in.
#pragma once

#include <span>
#include <vector>

#include "base/error.h"
#include "msg/envelope.h"
#include "msg/kernel_types.h"
#include "wasm/guest_views.h"

namespace kinode::kernel {

msg::ProcessId to_process_id(const wasm::GuestProcessId& id);
msg::Address to_address(const wasm::GuestAddress& address);

/// `our` as the issuer's node is not normalised inside capabilities (kernel.md 1.3).
msg::Capability to_capability(const wasm::GuestCapability& cap);
std::vector<msg::Capability> to_capabilities(std::span<const wasm::GuestCapability> caps);

/// Null when absent.
msg::BlobRef to_blob(const wasm::GuestBlob& blob);
msg::OnExit to_on_exit(const wasm::GuestOnExit& on_exit);

/// An Error when a part is over its limit of base/limits.h.
Status check_send_size(const wasm::GuestRequest& request, const wasm::GuestBytes& context,
                       const wasm::GuestBlob& blob);

wasm::GuestAddress view(const msg::Address& address);
wasm::GuestProcessId view(const msg::ProcessId& id);
wasm::GuestBytes view(const std::optional<std::string>& text);
wasm::GuestBytes view(const Bytes& bytes);
void view(const msg::BlobRef& blob, wasm::GuestBlob& out);

/// Views of capabilities in `storage`, which must live as long as they do.
std::span<const wasm::GuestCapability> view(const msg::SignedCaps& caps,
                                            std::vector<wasm::GuestCapability>& storage);

}  // namespace kinode::kernel
