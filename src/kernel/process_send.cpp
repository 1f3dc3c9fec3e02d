// From the guest to others: ids, rsvp and inheritance of kernel.md 2.5, and what happens when a
// mailbox is full (design 4.3).
#include <fmt/format.h>

#include "kernel/guest_convert.h"
#include "kernel/process.h"

namespace kinode::kernel {

using port::Routed;
using wasm::Outcome;

namespace {

TargetView target_of(const wasm::GuestAddress& a) {
  return {a.node.text(),
          {a.process.process.text(), a.process.package.text(), a.process.publisher.text()}};
}

}  // namespace

Route Process::route_to(const TargetView& target) {
  const std::uint64_t version = record_->caps.version();
  if (auto endpoint = routes_.find(target, version))
    return {std::move(endpoint), Routed::kDelivered};
  Route route = services_.router().resolve(*record_, target);
  if (route.endpoint && !route.remote) routes_.put(target, version, route.endpoint);
  return route;
}

msg::SignedCaps Process::filter_caps(std::span<const wasm::GuestCapability> caps) const {
  msg::SignedCaps out;
  if (services_.router().tap().prints_all()) {
    services_.router().tap().print_caps("filter for", to_capabilities(caps), record_->id());
  }
  for (const auto& from : caps) {
    msg::Capability cap = to_capability(from);
    if (cap.issuer() == *record_->address) {
      out.push_back({std::move(cap), {}});
    } else if (auto signature = record_->caps.signature(cap)) {
      out.push_back({std::move(cap), std::move(*signature)});
    }
  }
  return out;
}

Result<Process::Built> Process::build_request(const wasm::GuestSend& send, bool awaited) {
  if (auto ok = check_send_size(send.request, send.context, send.blob); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  if (send.request.has_expects && contexts_.size() >= record_->budget.outstanding) {
    return fail(Code::kOverloaded,
                fmt::format("{} requests are outstanding already", contexts_.size()));
  }
  if (send.request.has_expects && contexts_.bytes() >= record_->budget.outstanding_bytes) {
    return fail(
        Code::kOverloaded,
        fmt::format("{} requests with {} bytes are outstanding, {} bytes are allowed",
                    contexts_.size(), contexts_.bytes(), record_->budget.outstanding_bytes));
  }
  const TargetView target = target_of(send.target);
  Built built{std::make_shared<msg::Envelope>(), route_to(target), 0};
  msg::Envelope& e = *built.envelope;
  const bool inherits = send.request.inherit && prompting_.has_value();
  e.id = inherits ? prompting_->id : ids_.next();
  while (!inherits && contexts_.size() > 0 && contexts_.holds(e.id)) e.id = ids_.next();
  e.source = record_->address;
  if (built.route.endpoint && !built.route.remote) {
    e.target = built.route.endpoint->address();
  } else {
    msg::Address address = to_address(send.target);
    if (services_.router().is_ours(address.node)) address.node = services_.router().our_node();
    e.target = msg::share(std::move(address));
  }
  // Fault 40: only the blob of the message being handled is inherited, never an older one.
  e.blob = send.blob.present                          ? to_blob(send.blob)
           : send.request.inherit && blob_is_current_ ? last_blob_
                                                      : nullptr;
  auto& request = std::get<msg::Request>(e.message);
  request.inherit = send.request.inherit;
  if (send.request.has_expects) request.expects_response = send.request.expects;
  request.body = Bytes::copy(send.request.body.bytes());
  if (send.request.metadata.present()) request.metadata = std::string(send.request.metadata.text());
  if (send.request.capability_count > 0) {
    request.capabilities = filter_caps({send.request.capabilities, send.request.capability_count});
  }
  if (send.request.has_expects) {
    e.rsvp = record_->address;
    built.context_key = file_context(send, built.envelope, awaited);
  } else if (inherits) {
    e.rsvp = prompting_->rsvp;
  }
  return built;
}

std::uint64_t Process::file_context(const wasm::GuestSend& send, msg::EnvelopeRef request,
                                    bool awaited) {
  Context context;
  context.request = std::move(request);
  context.prompting = prompting_;
  // A century is for ever, and its sum with now does not overflow.
  const auto seconds = std::min<std::uint64_t>(send.request.expects, 100ull * 365 * 86400);
  context.deadline = services_.executor().clock().now() + std::chrono::seconds(seconds);
  arm(context.deadline);
  if (awaited) {
    context.key = kAwaitedKey;
    awaited_ = std::move(context);
    return kAwaitedKey;
  }
  if (send.context.present()) context.user = Bytes::copy(send.context.bytes());
  const std::uint64_t key = contexts_.add(std::move(context));
  note_outstanding();
  return key;
}

Outcome Process::dispatch(Built built, const TargetView& target) {
  msg::EnvelopeRef envelope = std::move(built.envelope);
  count_sent(*envelope);
  // What was sent before and waits for room goes first.
  if (!outgoing_.empty() && built.route.endpoint) {
    return park(std::move(built.route.endpoint), std::move(envelope));
  }
  for (int attempt = 0; attempt < 2 && built.route.endpoint; ++attempt) {
    const Routed verdict = services_.router().deliver(*built.route.endpoint, envelope);
    if (verdict == Routed::kDelivered) return Outcome::kReady;
    if (verdict == Routed::kFull) return park(std::move(built.route.endpoint), std::move(envelope));
    // That run has ended; perhaps another has begun under its name.
    routes_.forget(built.route.endpoint.get());
    built.route = route_to(target);
  }
  services_.router().explain(*record_, target, built.route);
  const bool offline = built.route.remote && built.route.verdict == Routed::kNoTarget;
  undeliverable(*envelope, built.context_key,
                offline ? msg::SendErrorKind::kOffline : msg::SendErrorKind::kTimeout);
  return Outcome::kReady;
}

void Process::undeliverable(const msg::Envelope& envelope, std::uint64_t key,
                            msg::SendErrorKind kind) {
  if (key == 0) return;
  if (key == kAwaitedKey) return fail_awaited(kind);
  if (auto context = contexts_.take_key(envelope.id, key)) fail_context(std::move(*context), kind);
  note_outstanding();
}

Outcome Process::park(std::shared_ptr<Endpoint> to, msg::EnvelopeRef envelope) {
  if (outgoing_.empty()) {
    park_deadline_ = services_.executor().clock().now() + limits::kParkTimeMax;
    wake_at(park_deadline_);
  }
  const std::size_t bytes = envelope->accounted_bytes();
  outgoing_.push_back({std::move(to), std::move(envelope)});
  outgoing_bytes_ += bytes;
  if (outgoing_.size() > limits::kParkedMessagesMax ||
      (outgoing_.size() > 1 && outgoing_bytes_ > limits::kParkedBytesMax)) {
    refuse(outgoing_.back());
    outgoing_.pop_back();
    outgoing_bytes_ -= bytes;
  }
  return Outcome::kYield;
}

bool Process::flush_outgoing() {
  const Instant now = services_.executor().clock().now();
  while (!outgoing_.empty()) {
    Outgoing& front = outgoing_.front();
    const std::size_t bytes = front.envelope->accounted_bytes();
    const Routed verdict =
        services_.router().deliver(*front.to, front.envelope, Tap::Attempt::kAgain);
    if (verdict == Routed::kFull && now < park_deadline_ && !front.to->parked.load()) {
      parked.store(true);
      if (front.to->mailbox().wait_for_room(bytes, weak_from_this())) return false;
      continue;
    }
    if (verdict != Routed::kDelivered) {
      refuse(front);
      park_deadline_ = now + limits::kParkTimeMax;
      if (outgoing_.size() > 1) wake_at(park_deadline_);
    }
    outgoing_.pop_front();
    outgoing_bytes_ -= bytes;
  }
  parked.store(false);
  return true;
}

void Process::refuse(const Outgoing& outgoing) {
  count(counters_.refused);
  const msg::Envelope& envelope = *outgoing.envelope;
  if (awaited_ && awaited_->request == outgoing.envelope) {
    return fail_awaited(msg::SendErrorKind::kTimeout);
  }
  if (envelope.request() != nullptr && envelope.request()->expects_response) {
    if (auto context = contexts_.take_failed(outgoing.envelope)) {
      fail_context(std::move(*context), msg::SendErrorKind::kTimeout);
      note_outstanding();
    }
    return;
  }
  const Instant now = services_.executor().clock().now();
  if (now - refusal_printed_ < std::chrono::seconds(1)) return;
  refusal_printed_ = now;
  print(0,
        fmt::format("event loop: {} of {}'s messages were dropped so far; the latest for {}, whose "
                    "mailbox is full",
                    counters_.refused.load(), record_->id().text(), envelope.target->text()));
}

Outcome Process::send_request(const wasm::GuestSend& send) noexcept {
  auto built = build_request(send, false);
  if (!built) return trap("send-request: " + built.error().detail);
  return dispatch(std::move(*built), target_of(send.target));
}

Outcome Process::send_requests(std::span<const wasm::GuestSend> sends) noexcept {
  Outcome worst = Outcome::kReady;
  for (const auto& send : sends) {
    const Outcome outcome = send_request(send);
    if (outcome == Outcome::kTrap) return outcome;
    if (outcome == Outcome::kYield) worst = outcome;
  }
  return worst;
}

Outcome Process::send_response(const wasm::GuestRequest& response,
                               const wasm::GuestBlob& blob) noexcept {
  if (auto ok = check_send_size(response, {}, blob); !ok) {
    return trap("send-response: " + ok.error().detail);
  }
  if (!prompting_) {
    print(0,
          fmt::format("kernel: need non-None prompting_message to handle Response from {}: it has "
                      "received no request that wants an answer",
                      record_->id().text()));
    return Outcome::kReady;
  }
  auto e = std::make_shared<msg::Envelope>();
  e->id = prompting_->id;
  e->source = record_->address;
  e->target = prompting_->rsvp ? prompting_->rsvp : prompting_->source;
  e->blob = response.inherit ? (blob_is_current_ ? last_blob_ : nullptr) : to_blob(blob);
  msg::Response out;
  out.inherit = response.inherit;
  out.body = Bytes::copy(response.body.bytes());
  if (response.metadata.present()) out.metadata = std::string(response.metadata.text());
  if (response.capability_count > 0) {
    out.capabilities = filter_caps({response.capabilities, response.capability_count});
  }
  e->message = std::move(out);
  const TargetView target = target_view(*e->target);
  Built built{std::move(e), route_to(target), 0};
  if (built.route.endpoint && services_.router().is_ours(target.node)) {
    // An answer that finds no room was given up by its asker, or is one of too many: it is not
    // worth stopping for.
    const auto endpoint = built.route.endpoint;
    msg::EnvelopeRef envelope = built.envelope;
    if (services_.router().deliver(*endpoint, envelope) != Routed::kNoTarget) {
      count_sent(*built.envelope);
      return Outcome::kReady;
    }
  }
  return dispatch(std::move(built), target);
}

Outcome Process::send_and_await_response(const wasm::GuestSend* send,
                                         wasm::GuestMessage& out) noexcept {
  if (send != nullptr) {
    const TargetView target = target_of(send->target);
    if (!send->request.has_expects) {
      return trap(
          fmt::format("kernel: got invalid send_and_await_response() Request from {}: must "
                      "expect response",
                      record_->id().text()));
    }
    const msg::ProcessId& self = record_->id();
    if (services_.router().is_ours(target.node) && target.id.process == self.process &&
        target.id.package == self.package && target.id.publisher == self.publisher) {
      return trap(
          fmt::format("kernel: got invalid send_and_await_response() Request from {}: cannot "
                      "await a Request to `our`: will deadlock",
                      self.text()));
    }
    auto built = build_request(*send, true);
    if (!built) return trap("send-and-await-response: " + built.error().detail);
    dispatch(std::move(*built), target);
  }
  auto delivery = awaited_delivery();
  if (!delivery) return Outcome::kPending;
  hand_over(std::move(*delivery), out);
  out.context = {};
  return Outcome::kReady;
}

}  // namespace kinode::kernel
