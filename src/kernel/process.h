// One run of a guest: its slices, its mailbox, and the host side of its calls
// (kernel.md 2.4, 2.5, 3.7).
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "kernel/contexts.h"
#include "kernel/process_record.h"
#include "kernel/services.h"
#include "wasm/host_calls.h"

namespace kinode::kernel {

/// Counters that anybody may read while the process runs.
struct ProcessCounters {
  std::atomic<std::uint64_t> cpu_ns{0};
  std::atomic<std::uint64_t> memory_bytes{0};  // at the end of its last slice
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> sent_bytes{0};
  std::atomic<std::uint64_t> received{0};
  std::atomic<std::uint64_t> received_bytes{0};
  std::atomic<std::uint64_t> refused{0};  // messages that found a full mailbox to the end
};

/// Thread: run_slice and the host calls on one worker at a time; start, kill and counters from any.
class Process final : public Endpoint, private wasm::HostCalls {
 public:
  Process(RecordRef record, Services& services);
  ~Process() override;

  /// The guest may run from now on; it sees what has come into the mailbox before.
  void start();

  /// Ends the guest at the end of its slice, wherever it is. Nothing is reported.
  void kill();

  /// Lets go of everything that may refer back here: guest, routes, messages; returns those that
  /// were never taken in. In its own slice, or when no worker runs any more.
  std::vector<msg::EnvelopeRef> dismantle();

  rt::Slice run_slice() noexcept override;
  void account(Instant begun, Nanos used) noexcept override;
  const ProcessCounters& counters() const { return counters_; }

 private:
  // What has been taken in and waits to be handed to the guest.
  struct Delivery {
    msg::EnvelopeRef envelope;
    std::optional<Context> context;
    std::uint64_t arrival = 0;
  };
  struct Outgoing {
    std::shared_ptr<Endpoint> to;
    msg::EnvelopeRef envelope;
  };
  // The key of the context that send-and-await-response waits for; there is one at most, and it
  // stays out of `contexts_`.
  static constexpr std::uint64_t kAwaitedKey = ~std::uint64_t{0};
  // A host call that waits for somebody else's thread.
  struct Pending {
    std::atomic<bool> done{false};
    Result<Bytes> bytes{Bytes{}};
    Status status;
  };

  /// Only the process's own slices count, so a plain addition is enough.
  static void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }

  void count_sent(const msg::Envelope& envelope) {
    count(counters_.sent);
    count(counters_.sent_bytes, envelope.accounted_bytes());
  }

  // --- process.cpp: life ---
  rt::Slice end(EndReport report);
  /// Tells whoever waits for an answer to one of these now, not when it times out.
  void give_back(const std::vector<msg::EnvelopeRef>& unread);
  bool make_instance();
  bool ready_to_poll();
  void arm(Instant when);
  void wake_at(Instant when);
  void note_outstanding();
  bool must_rest();
  void print(std::uint8_t verbosity, std::string content);

  // --- process_receive.cpp: from the mailbox to the guest ---
  void take_in(rt::Mailbox<msg::EnvelopeRef>::Item item);
  std::optional<Delivery> accept(rt::Mailbox<msg::EnvelopeRef>::Item item);
  std::optional<Delivery> next_delivery();
  std::optional<Delivery> awaited_delivery();
  void hand_over(Delivery delivery, wasm::GuestMessage& out);
  void hand_over_error(const Delivery& delivery, wasm::GuestMessage& out);
  void remember_caps(const msg::SignedCaps& caps);
  void expire_contexts();
  void fail_context(Context context, msg::SendErrorKind kind);
  void fail_awaited(msg::SendErrorKind kind);
  bool answers_awaited(const msg::Envelope& envelope) const;

  // --- process_send.cpp: from the guest to others ---
  struct Built {
    std::shared_ptr<msg::Envelope> envelope;
    Route route;
    std::uint64_t context_key = 0;
  };
  Result<Built> build_request(const wasm::GuestSend& send, bool awaited);
  std::uint64_t file_context(const wasm::GuestSend& send, msg::EnvelopeRef request, bool awaited);
  wasm::Outcome dispatch(Built built, const TargetView& target);
  void undeliverable(const msg::Envelope& envelope, std::uint64_t key, msg::SendErrorKind kind);
  wasm::Outcome park(std::shared_ptr<Endpoint> to, msg::EnvelopeRef envelope);
  bool flush_outgoing();
  void refuse(const Outgoing& outgoing);
  msg::SignedCaps filter_caps(std::span<const wasm::GuestCapability> caps) const;
  Route route_to(const TargetView& target);

  // --- HostCalls ---
  void print_to_terminal(std::uint8_t verbosity, wasm::GuestBytes message) noexcept override;
  void our(wasm::GuestAddress& out) noexcept override;
  wasm::Outcome set_on_exit(const wasm::GuestOnExit& on_exit) noexcept override;
  void get_on_exit(wasm::GuestOnExit& out) noexcept override;
  wasm::Outcome get_state(wasm::GuestBytes& out) noexcept override;
  wasm::Outcome set_state(const wasm::GuestBytes* bytes) noexcept override;
  wasm::Outcome clear_state() noexcept override;
  wasm::Outcome spawn(const wasm::GuestSpawn* request, wasm::GuestSpawned& out) noexcept override;
  wasm::Outcome save_capabilities(std::span<const wasm::GuestCapability> caps) noexcept override;
  wasm::Outcome drop_capabilities(std::span<const wasm::GuestCapability> caps) noexcept override;
  std::span<const wasm::GuestCapability> our_capabilities() noexcept override;
  wasm::Outcome receive(wasm::GuestMessage& out) noexcept override;
  bool has_blob() noexcept override { return blob_is_current_; }
  void get_blob(wasm::GuestBlob& out) noexcept override;
  void last_blob(wasm::GuestBlob& out) noexcept override;
  wasm::Outcome send_request(const wasm::GuestSend& send) noexcept override;
  wasm::Outcome send_requests(std::span<const wasm::GuestSend> sends) noexcept override;
  wasm::Outcome send_response(const wasm::GuestRequest& response,
                              const wasm::GuestBlob& blob) noexcept override;
  wasm::Outcome send_and_await_response(const wasm::GuestSend* send,
                                        wasm::GuestMessage& out) noexcept override;
  wasm::GuestBytes trap_message() noexcept override { return wasm::GuestBytes::of(trap_message_); }

  // --- process_calls.cpp: helpers of the above ---
  wasm::Outcome trap(std::string message);
  std::optional<SpawnOrder> spawn_order(const wasm::GuestSpawn& request);
  wasm::Outcome finish_spawn(wasm::GuestSpawned& out);
  wasm::Outcome wait_for_pending(std::string_view what);
  std::shared_ptr<Pending> begin_pending();
  std::function<void()> waker() const;

  const RecordRef record_;
  Services& services_;
  IdStream ids_;
  ProcessCounters counters_;

  // life
  std::atomic<bool> started_{false};
  std::atomic<bool> killed_{false};
  std::atomic<bool> compiled_{false};
  bool compiling_ = false;
  bool ended_ = false;
  std::string compile_error_;
  std::unique_ptr<wasm::HostCalls> old_names_;  // between an old world's guest and this
  std::unique_ptr<wasm::Instance> instance_;
  Instant born_;
  std::optional<Instant> armed_;  // the timer that is set, if any
  rt::TimerId timer_;
  bool spawner_pays_ = false;  // for this slice
  bool resting_ = false;       // until its timer comes
  std::atomic<bool> rest_over_{false};
  std::atomic<bool> timer_fired_{false};

  // receiving
  std::deque<Delivery> taken_in_;
  std::optional<Context> awaited_;
  Contexts contexts_;
  std::optional<Prompting> prompting_;
  Delivery current_;  // what the guest's views point into
  msg::BlobRef last_blob_;
  bool blob_is_current_ = false;
  bool errors_keep_blob_ = false;
  std::deque<msg::SignedCapability> received_caps_;

  // sending
  RouteCache routes_;
  std::deque<Outgoing> outgoing_;
  std::size_t outgoing_bytes_ = 0;
  Instant park_deadline_;
  Instant refusal_printed_;

  // calls
  std::string trap_message_;
  std::shared_ptr<Pending> pending_;
  std::optional<SpawnOrder> spawn_;
  Bytes current_state_;
  msg::ProcessId spawned_id_;
  msg::OnExit shown_on_exit_;
  msg::SignedCaps shown_caps_;
  std::vector<wasm::GuestCapability> cap_views_;
  std::vector<std::vector<wasm::GuestCapability>> on_exit_cap_views_;
  std::vector<wasm::GuestOnExitRequest> on_exit_views_;
};

}  // namespace kinode::kernel
