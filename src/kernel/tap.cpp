#include "kernel/tap.h"

#include <fmt/format.h>

#include "kernel/router.h"

namespace kinode::kernel {

using port::Routed;

void Tap::print_event(const msg::Envelope& envelope) const {
  const std::uint8_t on = switches_.load(std::memory_order_relaxed);
  msg::ProcessId in_name_of = msg::system_process("kernel");
  if ((on & kPrintAll) == 0) {
    const auto chosen =
        [&](const msg::AddressRef& address) __attribute__((requires_capability(mutex_))) {
          return address && router_.is_ours(address->node) && printed_.contains(address->process);
        };
    if (chosen(envelope.source)) {
      in_name_of = envelope.source->process;
    } else if (chosen(envelope.target)) {
      in_name_of = envelope.target->process;
    } else {
      return;
    }
  }
  print_.print(
      {3, std::move(in_name_of), printable(msg::describe(envelope, limits::kEventBodyBytesMax))});
}

Routed Tap::pass(Endpoint& to, msg::EnvelopeRef& envelope, Attempt attempt) {
  {
    rt::Lock lock(mutex_);
    if ((switches_.load(std::memory_order_relaxed) & kHold) != 0) return hold(to, envelope);
    if (attempt == Attempt::kFirst) print_event(*envelope);
  }
  return router_.put(to, envelope);
}

Routed Tap::hold(Endpoint& to, msg::EnvelopeRef& envelope) {
  const std::size_t bytes = envelope->accounted_bytes();
  if (!held_.empty() && (held_.size() >= limits::kSteppedCountMax ||
                         held_bytes_ + bytes > limits::kSteppedBytesMax)) {
    return Routed::kFull;
  }
  held_bytes_ += bytes;
  held_.push_back({std::static_pointer_cast<Endpoint>(to.shared_from_this()), std::move(envelope)});
  return Routed::kDelivered;
}

void Tap::release_oldest() {
  const Held next = std::move(held_.front());
  held_.pop_front();
  held_bytes_ -= next.envelope->accounted_bytes();
  print_event(*next.envelope);
  msg::EnvelopeRef envelope = next.envelope;
  const Routed verdict = router_.put(*next.to, envelope);
  if (verdict != Routed::kDelivered) router_.give_up(next.envelope, verdict);
}

void Tap::release_one() {
  rt::Lock lock(mutex_);
  if (!held_.empty()) release_oldest();
}

void Tap::step_mode(bool on) {
  rt::Lock lock(mutex_);
  if (!on) {
    while (!held_.empty()) release_oldest();
  }
  set(kHold, on);
}

void Tap::print_events_of(const msg::ProcessId& process, bool on) {
  rt::Lock lock(mutex_);
  if (on) {
    printed_.insert(process);
  } else {
    printed_.erase(process);
  }
  set(kPrintSome, !printed_.empty());
}

void Tap::print_caps(std::string_view verb, std::span<const msg::Capability> caps,
                     const msg::ProcessId& on) const {
  std::string list;
  for (const auto& cap : caps) {
    if (list.size() > limits::kEventBodyBytesMax) break;
    list += (list.empty() ? "" : ", ") + cap.text();
  }
  if (!list.empty()) list += " ";
  print_.print({3, msg::system_process("kernel"),
                printable(fmt::format("caps: {} {}on {}", verb, list, on.text()))});
}

}  // namespace kinode::kernel
