// Where the owner looks at messages on their way: event printing and step mode
// (kernel.md 3.3, 3.4, 9.7).
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <span>
#include <unordered_set>

#include "kernel/process_record.h"
#include "port/event_tap.h"
#include "port/port.h"
#include "port/print.h"
#include "rt/mutex.h"

namespace kinode::kernel {

class Router;

/// Stands between the check of a message and its delivery. Off, it costs a message one relaxed
/// load. Thread: any.
class Tap final : public port::EventTap {
 public:
  /// Both outlive this.
  Tap(Router& router, port::PrintSink& print) : router_(router), print_(print) {}

  /// Whether messages have to come by: pass().
  bool is_open() const { return switches_.load(std::memory_order_relaxed) != 0; }

  /// Whether every event is printed, in the kernel's name.
  bool prints_all() const { return (switches_.load(std::memory_order_relaxed) & kPrintAll) != 0; }

  enum class Attempt : bool { kFirst, kAgain };
  /// Delivers, or holds back: then the verdict is kDelivered while limits::kSteppedCountMax and
  /// kSteppedBytesMax have room, and kFull otherwise. What is tried again is not printed again.
  port::Routed pass(Endpoint& to, msg::EnvelopeRef& envelope, Attempt attempt);

  /// Prints what was asked of the capabilities of `on`: `caps: <verb> <caps> on <id>`.
  void print_caps(std::string_view verb, std::span<const msg::Capability> caps,
                  const msg::ProcessId& on) const;

  // --- port::EventTap ---
  void print_events(bool on) override { set(kPrintAll, on); }
  void print_events_of(const msg::ProcessId& process, bool on) override;
  void step_mode(bool on) override;
  void release_one() override;

 private:
  static constexpr std::uint8_t kPrintAll = 1;
  static constexpr std::uint8_t kPrintSome = 2;
  static constexpr std::uint8_t kHold = 4;

  struct Held {
    std::shared_ptr<Endpoint> to;
    msg::EnvelopeRef envelope;
  };

  void set(std::uint8_t bit, bool on) {
    on ? switches_.fetch_or(bit) : switches_.fetch_and(static_cast<std::uint8_t>(~bit));
  }
  void print_event(const msg::Envelope& envelope) const
      __attribute__((requires_capability(mutex_)));
  port::Routed hold(Endpoint& to, msg::EnvelopeRef& envelope)
      __attribute__((requires_capability(mutex_)));
  void release_oldest() __attribute__((requires_capability(mutex_)));

  Router& router_;
  port::PrintSink& print_;
  std::atomic<std::uint8_t> switches_{0};
  // Held while messages are let go, so that none overtakes another. What is called meanwhile, the
  // mailbox and the printouts, only queues.
  mutable rt::Mutex mutex_;
  std::unordered_set<msg::ProcessId> printed_ __attribute__((guarded_by(mutex_)));
  std::deque<Held> held_ __attribute__((guarded_by(mutex_)));
  std::size_t held_bytes_ __attribute__((guarded_by(mutex_))) = 0;
};

}  // namespace kinode::kernel
