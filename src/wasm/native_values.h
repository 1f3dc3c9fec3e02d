// What native guests send and get, and its conversion to and from the views of the guest border.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "msg/envelope.h"
#include "msg/kernel_types.h"
#include "wasm/guest_views.h"

namespace kinode::wasm {

struct NativeSend {
  msg::Address target;
  msg::Request request;
  std::optional<Bytes> context = {};
  std::optional<msg::Blob> blob = {};
};

/// A request that was not answered.
struct NativeSendError {
  msg::SendErrorKind kind = msg::SendErrorKind::kTimeout;
  msg::Request request;
  std::optional<msg::Blob> blob;
};

/// What `receive` and `send_and_await` give.
struct NativeMessage {
  msg::Address source;  // of a send error: the target that did not answer
  std::variant<msg::Request, msg::Response, NativeSendError> message;
  std::optional<Bytes> context;

  const msg::Request* request() const { return std::get_if<msg::Request>(&message); }
  const msg::Response* response() const { return std::get_if<msg::Response>(&message); }
  const NativeSendError* send_error() const { return std::get_if<NativeSendError>(&message); }
  /// Of the request, the response, or the request that failed.
  const Bytes& body() const;
};

/// The most frequent forms.
msg::Request native_request(std::string_view body, std::optional<std::uint64_t> expects = {});
msg::Response native_response(std::string_view body);

struct NativeSpawn {
  std::optional<std::string> name = {};
  std::string wasm_path;
  msg::OnExit on_exit = {};
  std::vector<msg::Capability> request_capabilities = {};
  std::vector<std::pair<msg::ProcessId, std::string>> grant_capabilities = {};
  bool is_public = false;
};

enum class NativeSpawnError : std::uint8_t { kNameTaken, kNoFileAtPath };
using NativeSpawned = std::variant<msg::ProcessId, NativeSpawnError>;

namespace native {

/// Makes views of values and owns the arrays that they need. The views live as long as the values
/// and this object.
class ToViews {
 public:
  static GuestProcessId process_id(const msg::ProcessId& id);
  static GuestAddress address(const msg::Address& address);
  static GuestBlob blob(const std::optional<msg::Blob>& blob);

  GuestRequest request(const msg::Request& request);
  GuestRequest response(const msg::Response& response);
  GuestSend send(const NativeSend& send);
  GuestOnExit on_exit(const msg::OnExit& on_exit);
  GuestSpawn spawn(const NativeSpawn& spawn);
  std::span<const GuestCapability> capabilities(const std::vector<msg::Capability>& caps);

 private:
  GuestRequest parts(const auto& from);

  std::deque<std::vector<GuestCapability>> capabilities_;
  std::vector<GuestOnExitRequest> on_exit_;
  std::vector<GuestGrant> grants_;
};

msg::ProcessId process_id(const GuestProcessId& id);
msg::Address address(const GuestAddress& address);
std::vector<msg::Capability> capabilities(std::span<const GuestCapability> caps);
std::optional<Bytes> optional_bytes(const GuestBytes& bytes);
std::optional<msg::Blob> blob(const GuestBlob& blob);
msg::OnExit on_exit(const GuestOnExit& on_exit);
NativeMessage message(const GuestMessage& got);
NativeSpawned spawned(const GuestSpawned& spawned);

}  // namespace native

}  // namespace kinode::wasm
