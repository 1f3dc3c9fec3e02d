// What arrives: requests, responses, and errors in place of responses.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>

#include "kinode/arena.h"
#include "kinode/blob.h"
#include "kinode/capability.h"
#include "kinode/ids.h"
#include "process_v1.h"

namespace kinode {

namespace detail {

/// The accessors that a received message and one that could not be delivered have in common.
/// `Self` has message_raw().
class Content {
 public:
  bool is_request(this const auto& self) { return self.message_raw().tag == kRequest; }
  bool is_response(this const auto& self) { return self.message_raw().tag != kRequest; }

  /// What was said. Lives as long as this object, as all that follows.
  std::string_view body(this const auto& self) {
    const auto& raw = self.message_raw();
    return text(raw.tag == kRequest ? raw.val.request.body : raw.val.response.f0.body);
  }

  std::optional<std::string_view> metadata(this const auto& self) {
    const auto& raw = self.message_raw();
    const auto& json =
        raw.tag == kRequest ? raw.val.request.metadata : raw.val.response.f0.metadata;
    if (!json.is_some) return std::nullopt;
    return text(json.val);
  }

  CapabilityRange capabilities(this const auto& self) {
    const auto& raw = self.message_raw();
    return CapabilityRange(raw.tag == kRequest ? raw.val.request.capabilities
                                               : raw.val.response.f0.capabilities);
  }

  bool inherit(this const auto& self) {
    const auto& raw = self.message_raw();
    return raw.tag == kRequest ? raw.val.request.inherit : raw.val.response.f0.inherit;
  }

  /// The seconds within which a request wants to be answered; none if it wants no answer.
  std::optional<uint64_t> expects_response(this const auto& self) {
    const auto& raw = self.message_raw();
    if (raw.tag != kRequest || !raw.val.request.expects_response.is_some) return std::nullopt;
    return raw.val.request.expects_response.val;
  }

 private:
  static constexpr uint8_t kRequest = KINODE_PROCESS_STANDARD_MESSAGE_REQUEST;
};

}  // namespace detail

/// A request or a response that was received. Its texts are views into its own memory.
class Message : public detail::Content {
 public:
  Message(const kinode_process_standard_tuple2_address_message_t& raw, detail::Arena memory)
      : raw_(raw), memory_(std::move(memory)) {}

  AddressView source() const [[clang::lifetimebound]] { return detail::address(raw_.f0); }
  /// Whether it came from this node.
  bool is_local() const;
  /// Whether it came from this process, on whichever node.
  bool is_from(const ProcessIdView& process) const { return source().process_id() == process; }

  /// What was given to context() when the request was sent that this response answers.
  std::optional<std::string_view> context() const [[clang::lifetimebound]] {
    if (is_request() || !raw_.f1.val.response.f1.is_some) return std::nullopt;
    const auto& context = raw_.f1.val.response.f1.val;
    return std::string_view(reinterpret_cast<const char*>(context.ptr), context.len);
  }

  const kinode_process_standard_message_t& message_raw() const { return raw_.f1; }

 private:
  kinode_process_standard_tuple2_address_message_t raw_;
  detail::Arena memory_;
};

enum class SendErrorKind : uint8_t { kOffline, kTimeout };

/// A request of ours that got no answer; the accessors of the content are those of that request.
class SendError : public detail::Content {
 public:
  SendError(const kinode_process_standard_send_error_t& raw, detail::Arena memory,
            std::optional<BytesArg> context)
      : raw_(raw), memory_(std::move(memory)), context_(std::move(context)) {}

  SendErrorKind kind() const { return static_cast<SendErrorKind>(raw_.kind); }
  bool is_offline() const { return kind() == SendErrorKind::kOffline; }
  bool is_timeout() const { return kind() == SendErrorKind::kTimeout; }
  /// "offline" or "timeout".
  std::string_view name() const { return is_offline() ? "offline" : "timeout"; }

  AddressView target() const [[clang::lifetimebound]] { return detail::address(raw_.target); }
  /// The blob that went with the request: a view of it, as long as this object lives.
  std::optional<Blob> blob() const [[clang::lifetimebound]] {
    if (!raw_.lazy_load_blob.is_some) return std::nullopt;
    return Blob(raw_.lazy_load_blob.val, detail::Arena());
  }
  std::optional<std::string_view> context() const [[clang::lifetimebound]] {
    return context_.transform([](const BytesArg& context) { return context.view(); });
  }

  const kinode_process_standard_message_t& message_raw() const { return raw_.message; }

 private:
  kinode_process_standard_send_error_t raw_;
  detail::Arena memory_;
  std::optional<BytesArg> context_;
};

using Received = std::expected<Message, SendError>;

/// Waits for the next message, or for the news that a request of ours will not be answered.
Received receive();

/// The address of this process.
const Address& our();

}  // namespace kinode
