// How an answer to a request is built (kernel.md 1.8, io.md 2.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "msg/envelope.h"
#include "port/port.h"

namespace kinode::port {

struct Answer {
  Bytes body;
  std::optional<std::string> metadata;
  msg::BlobRef blob;
};

/// The response to `request` from `self`: same id, to its rsvp or else its source.
inline msg::EnvelopeRef answer_to(const msg::Envelope& request, msg::AddressRef self,
                                  Answer answer) {
  auto out = std::make_shared<msg::Envelope>();
  out->id = request.id;
  out->source = std::move(self);
  out->target = request.rsvp ? request.rsvp : request.source;
  msg::Response response;
  response.body = std::move(answer.body);
  response.metadata = std::move(answer.metadata);
  out->message = std::move(response);
  out->blob = std::move(answer.blob);
  return out;
}

/// Whether somebody wants to hear back (io.md 2.3: rsvp set or response expected).
inline bool wants_answer(const msg::Envelope& request) {
  const msg::Request* r = request.request();
  return r != nullptr && (request.rsvp != nullptr || r->expects_response.has_value());
}

/// Says that what `request` asks is done, with the request's own metadata, if somebody wants to
/// hear it.
inline void send_done(Port& port, const msg::Envelope& request, const msg::AddressRef& self,
                      std::string_view body, msg::BlobRef blob = nullptr) {
  if (!wants_answer(request)) return;
  port.send(
      answer_to(request, self, {Bytes::copy(body), request.request()->metadata, std::move(blob)}));
}

/// Says why it is not done, whether or not somebody waits. `cause`: the error for programs.
inline void send_refusal(Port& port, const msg::Envelope& request, const msg::AddressRef& self,
                         std::string_view body, msg::BlobRef cause = nullptr) {
  port.send(answer_to(request, self, {Bytes::copy(body), std::nullopt, std::move(cause)}));
}

inline msg::BlobRef json_blob(std::string_view json) {
  auto blob = std::make_shared<msg::Blob>();
  blob->mime = "application/json";
  blob->bytes = Bytes::copy(json);
  return blob;
}

}  // namespace kinode::port
