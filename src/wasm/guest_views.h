// What crosses the guest border: plain views into guest memory on the way out of a guest, and views
// of host memory on the way in. The Rust shim declares the same layouts (src/wasm/shim); a test
// compares sizes and offsets.
//
// Lifetime, guest to host: valid only during the host call.
// Lifetime, host to guest: must stay valid until the next host call of the same instance.
// Text is always valid UTF-8 (checked by the canonical ABI). `data == nullptr` means "none" where a
// value is optional.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace kinode::wasm {

struct GuestBytes {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;

  GuestBytes() = default;
  GuestBytes(const std::uint8_t* d, std::size_t n) : data(d), size(n) {}
  static GuestBytes of(ByteView bytes) { return of(as_text(bytes)); }
  /// Never null, so that an empty value differs from none.
  static GuestBytes of(std::string_view text) {
    static constexpr std::uint8_t kEmpty = 0;
    return {text.empty() ? &kEmpty : reinterpret_cast<const std::uint8_t*>(text.data()),
            text.size()};
  }
  bool present() const { return data != nullptr; }
  ByteView bytes() const { return {data, size}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data), size}; }
};

struct GuestProcessId {
  GuestBytes process, package, publisher;
};

struct GuestAddress {
  GuestBytes node;
  GuestProcessId process;
};

struct GuestCapability {
  GuestAddress issuer;
  GuestBytes params;
};

struct GuestBlob {
  bool present = false;
  GuestBytes mime;  // optional
  GuestBytes bytes;
};

/// A request, or a response (then the expects fields are unused).
struct GuestRequest {
  bool inherit = false;
  bool has_expects = false;
  std::uint64_t expects = 0;  // seconds
  GuestBytes body;
  GuestBytes metadata;  // optional
  const GuestCapability* capabilities = nullptr;
  std::size_t capability_count = 0;
};

/// One element of send-requests.
struct GuestSend {
  GuestAddress target;
  GuestRequest request;
  GuestBytes context;  // optional
  GuestBlob blob;
};

enum class GuestMessageKind : std::uint32_t { kRequest = 0, kResponse = 1, kSendError = 2 };

/// What `receive` and `send-and-await-response` give back.
struct GuestMessage {
  GuestMessageKind kind = GuestMessageKind::kRequest;
  GuestAddress source;           // for a send error: the target that could not answer
  GuestRequest request;          // for a send error: the original message
  GuestBytes context;            // optional
  std::uint32_t error_kind = 0;  // 0 offline, 1 timeout (order of the WIT enum)
  GuestBlob blob;                // for a send error: the original blob
};

enum class GuestOnExitKind : std::uint32_t { kNone = 0, kRestart = 1, kRequests = 2 };

struct GuestOnExitRequest {
  GuestAddress target;
  GuestRequest request;
  GuestBlob blob;
};

struct GuestOnExit {
  GuestOnExitKind kind = GuestOnExitKind::kNone;
  const GuestOnExitRequest* requests = nullptr;
  std::size_t request_count = 0;
};

struct GuestGrant {
  GuestProcessId process;
  GuestBytes params;
};

struct GuestSpawn {
  GuestBytes name;  // optional
  GuestBytes wasm_path;
  GuestOnExit on_exit;
  const GuestCapability* request_capabilities = nullptr;
  std::size_t request_capability_count = 0;
  const GuestGrant* grant_capabilities = nullptr;
  std::size_t grant_capability_count = 0;
  bool is_public = false;
};

struct GuestSpawned {
  bool ok = false;
  std::uint32_t error = 0;  // 0 name-taken, 1 no-file-at-path (order of the WIT enum)
  GuestProcessId id;
};

}  // namespace kinode::wasm
