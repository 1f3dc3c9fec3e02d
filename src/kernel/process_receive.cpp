// From the mailbox to the guest: ingest and delivery of kernel.md 2.4.
#include <algorithm>

#include "kernel/guest_convert.h"
#include "kernel/process.h"

namespace kinode::kernel {

using wasm::Outcome;

std::optional<Process::Delivery> Process::accept(rt::Mailbox<msg::EnvelopeRef>::Item item) {
  Delivery out{std::move(item.value), std::nullopt, item.arrival};
  if (out.envelope->request() != nullptr) return out;
  // An answer or an error belongs to a request that still waits, or to nobody.
  const msg::SendError* error = out.envelope->send_error();
  out.context = error != nullptr ? contexts_.take_failed(error->original)
                                 : contexts_.take(out.envelope->id, *out.envelope->source);
  if (!out.context) return std::nullopt;
  note_outstanding();
  return out;
}

std::optional<Process::Delivery> Process::next_delivery() {
  for (;;) {
    if (!taken_in_.empty()) {
      const auto next = mailbox().next_arrival();
      if (!next || taken_in_.front().arrival < *next) {
        Delivery out = std::move(taken_in_.front());
        taken_in_.pop_front();
        return out;
      }
    }
    auto item = mailbox().pop(services_.executor());
    if (!item) return std::nullopt;
    if (auto delivery = accept(std::move(*item))) return delivery;
  }
}

bool Process::answers_awaited(const msg::Envelope& envelope) const {
  if (!awaited_ || awaited_->request->id != envelope.id) return false;
  if (const auto* error = envelope.send_error()) return error->original == awaited_->request;
  if (!contexts_.holds(envelope.id)) return true;
  // Several requests share the id (inherited): the responder decides.
  return envelope.source->process == awaited_->request->target->process;
}

std::optional<Process::Delivery> Process::awaited_delivery() {
  if (!taken_in_.empty()) {
    const auto found = std::find_if(taken_in_.begin(), taken_in_.end(), [](const Delivery& d) {
      return d.context && d.context->key == kAwaitedKey;
    });
    if (found != taken_in_.end()) {
      Delivery out = std::move(*found);
      taken_in_.erase(found);
      return out;
    }
  }
  while (auto item = mailbox().pop_answer()) {
    if (answers_awaited(*item->value)) {
      Delivery out{std::move(item->value), std::move(awaited_), item->arrival};
      awaited_.reset();
      return out;
    }
    auto delivery = accept(std::move(*item));
    if (!delivery) continue;
    // In the order of arrival: an error that the process told itself may be newer than this answer,
    // and would hold it back behind what its sender has sent since.
    const auto at = std::ranges::upper_bound(taken_in_, delivery->arrival, {}, &Delivery::arrival);
    taken_in_.insert(at, std::move(*delivery));
  }
  return std::nullopt;
}

Outcome Process::receive(wasm::GuestMessage& out) noexcept {
  auto delivery = next_delivery();
  if (!delivery) return Outcome::kPending;
  hand_over(std::move(*delivery), out);
  return Outcome::kReady;
}

void Process::hand_over(Delivery delivery, wasm::GuestMessage& out) {
  current_ = std::move(delivery);
  const msg::Envelope& envelope = *current_.envelope;
  count(counters_.received);
  count(counters_.received_bytes, envelope.accounted_bytes());
  if (current_.context) prompting_ = current_.context->prompting;
  if (envelope.send_error() != nullptr) {
    blob_is_current_ = blob_is_current_ && errors_keep_blob_;
    hand_over_error(current_, out);
    return;
  }
  blob_is_current_ = envelope.blob != nullptr;
  if (envelope.blob) last_blob_ = envelope.blob;
  out.source = view(*envelope.source);
  if (const msg::Request* request = envelope.request()) {
    if (request->expects_response || envelope.rsvp) {
      prompting_ = Prompting{envelope.id, envelope.source, envelope.rsvp};
    }
    if (!request->capabilities.empty()) remember_caps(request->capabilities);
    out.kind = wasm::GuestMessageKind::kRequest;
    out.request.inherit = request->inherit;
    out.request.has_expects = request->expects_response.has_value();
    out.request.expects = request->expects_response.value_or(0);
    out.request.body = view(request->body);
    out.request.metadata = view(request->metadata);
    const auto caps = view(request->capabilities, cap_views_);
    out.request.capabilities = caps.data();
    out.request.capability_count = caps.size();
    return;
  }
  const msg::Response& response = *envelope.response();
  if (!response.capabilities.empty()) remember_caps(response.capabilities);
  out.kind = wasm::GuestMessageKind::kResponse;
  out.request.inherit = response.inherit;
  out.request.body = view(response.body);
  out.request.metadata = view(response.metadata);
  const auto caps = view(response.capabilities, cap_views_);
  out.request.capabilities = caps.data();
  out.request.capability_count = caps.size();
  if (current_.context && current_.context->user) out.context = view(*current_.context->user);
}

void Process::hand_over_error(const Delivery& delivery, wasm::GuestMessage& out) {
  const msg::SendError& error = *delivery.envelope->send_error();
  const msg::Envelope& original = *error.original;
  out.kind = wasm::GuestMessageKind::kSendError;
  out.error_kind = static_cast<std::uint32_t>(error.kind);
  out.source = view(*original.target);
  if (const msg::Request* request = original.request()) {
    out.request.inherit = request->inherit;
    out.request.has_expects = request->expects_response.has_value();
    out.request.expects = request->expects_response.value_or(0);
    out.request.body = view(request->body);
    out.request.metadata = view(request->metadata);
    const auto caps = view(request->capabilities, cap_views_);
    out.request.capabilities = caps.data();
    out.request.capability_count = caps.size();
  }
  view(original.blob, out.blob);
  if (delivery.context && delivery.context->user) out.context = view(*delivery.context->user);
}

void Process::remember_caps(const msg::SignedCaps& caps) {
  for (const auto& cap : caps) {
    const auto known = std::find_if(received_caps_.begin(), received_caps_.end(),
                                    [&](const auto& seen) { return seen.cap == cap.cap; });
    if (known != received_caps_.end()) {
      if (!cap.signature.empty()) known->signature = cap.signature;
      continue;
    }
    if (received_caps_.size() >= limits::kReceivedCapsMax) received_caps_.pop_front();
    received_caps_.push_back(cap);
  }
}

void Process::fail_context(Context context, msg::SendErrorKind kind) {
  auto error = std::make_shared<msg::Envelope>();
  error->id = context.request->id;
  error->source = context.request->target;
  error->target = record_->address;
  error->message = msg::SendError{kind, context.request};
  taken_in_.push_back({std::move(error), std::move(context), mailbox().stamp()});
}

void Process::fail_awaited(msg::SendErrorKind kind) {
  Context context = std::move(*awaited_);
  awaited_.reset();
  fail_context(std::move(context), kind);
}

void Process::expire_contexts() {
  for (auto& context : contexts_.expire(services_.executor().clock().now())) {
    fail_context(std::move(context), msg::SendErrorKind::kTimeout);
  }
  note_outstanding();
  if (awaited_ && awaited_->deadline <= services_.executor().clock().now()) {
    fail_awaited(msg::SendErrorKind::kTimeout);
  }
  if (awaited_) arm(awaited_->deadline);
  if (const auto next = contexts_.earliest()) arm(*next);
}

void Process::get_blob(wasm::GuestBlob& out) noexcept {
  if (blob_is_current_) view(last_blob_, out);
}

void Process::last_blob(wasm::GuestBlob& out) noexcept { view(last_blob_, out); }

}  // namespace kinode::kernel
