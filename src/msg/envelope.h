// A message on its way through the node (kernel.md 1.4, 1.5).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "msg/address.h"
#include "msg/capability.h"

namespace kinode::msg {

/// Large bytes that travel beside the body. Shared, never copied inside the node.
struct Blob {
  std::optional<std::string> mime;
  Bytes bytes;
  bool operator==(const Blob&) const = default;
};
using BlobRef = std::shared_ptr<const Blob>;

struct Request {
  bool inherit = false;
  std::optional<std::uint64_t> expects_response;  // seconds
  Bytes body;
  std::optional<std::string> metadata;
  SignedCaps capabilities;
  bool operator==(const Request&) const = default;
};

struct Response {
  bool inherit = false;
  Bytes body;
  std::optional<std::string> metadata;
  SignedCaps capabilities;
  // A context that came over the wire; receivers use the one they saved when they sent the request.
  std::optional<Bytes> context;
  bool operator==(const Response&) const = default;
};

enum class SendErrorKind : std::uint8_t { kOffline, kTimeout };

struct Envelope;
using EnvelopeRef = std::shared_ptr<const Envelope>;

/// Told to a sender whose request could not be answered; `original` is the request with its blob.
struct SendError {
  SendErrorKind kind = SendErrorKind::kTimeout;
  EnvelopeRef original;
  bool operator==(const SendError&) const = default;
};

/// An immutable message. It is built once by the sender's side and then only shared.
/// Thread: read from any.
struct Envelope {
  std::uint64_t id = 0;  // an answer carries its request's id
  AddressRef source;     // stamped by the kernel, never by the sender
  AddressRef target;     // never null
  AddressRef rsvp;       // null: answers go to `source`
  std::variant<Request, Response, SendError> message;
  BlobRef blob;  // null: none

  const Request* request() const { return std::get_if<Request>(&message); }
  const Response* response() const { return std::get_if<Response>(&message); }
  const SendError* send_error() const { return std::get_if<SendError>(&message); }

  /// What the message counts for in a mailbox that is bounded by bytes: body, blob, metadata,
  /// capabilities and a fixed overhead.
  std::size_t accounted_bytes() const;
};

/// Same content, whoever owns the parts.
bool same_message(const Envelope& a, const Envelope& b);

/// The multi-line display of kernel.md 1.4 (event printouts). Of a body or context longer than
/// `bytes_max` only the start is shown, with the number of bytes that follow.
std::string describe(const Envelope& envelope, std::size_t bytes_max = ~std::size_t{0});

}  // namespace kinode::msg
