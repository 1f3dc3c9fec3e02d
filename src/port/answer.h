// How an answer to a request is built (kernel.md 1.8, io.md 2.3).
#pragma once

#include <optional>
#include <string>

#include "msg/envelope.h"

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

}  // namespace kinode::port
