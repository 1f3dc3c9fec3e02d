// A process as the node knows it: what it is, what it holds, and what runs of it at the moment.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.h"
#include "kernel/budget.h"
#include "kernel/cap_table.h"
#include "kernel/restart_policy.h"
#include "msg/kernel_types.h"
#include "rt/executor.h"
#include "rt/mailbox.h"
#include "rt/mutex.h"
#include "wasm/engine.h"

namespace kinode::kernel {

struct ProcessRecord;

/// A mailbox with somebody behind it: one run of a guest, or a module.
class Endpoint : public rt::Actor {
 public:
  Endpoint(const ProcessRecord& record, rt::MailboxBounds bounds);

  /// Shared with every message that names it.
  const msg::AddressRef& address() const { return address_; }
  bool is_public() const { return is_public_; }
  rt::Mailbox<msg::EnvelopeRef>& mailbox() { return mailbox_; }

  /// How many answers may stand in the mailbox beside ordinary messages: as many as were asked for,
  /// and a few for those that were given up.
  std::size_t answers_max() const { return answers_expected.load(std::memory_order_relaxed) + 64; }
  std::atomic<std::size_t> answers_expected{0};

  /// Waiting for room in somebody's mailbox. Nobody waits for room in the mailbox of such a one, so
  /// that two who flood each other cannot wait for each other.
  std::atomic<bool> parked{false};

 private:
  const msg::AddressRef address_;
  const bool is_public_;
  rt::Mailbox<msg::EnvelopeRef> mailbox_;
};

/// The sources that need no capability for local targets: kernel, state and vfs of distro:sys.
bool is_exempt_sender(const msg::ProcessId& id);

/// Where a process is in its life (kernel.md 3.7).
enum class Phase : std::uint8_t {
  kWaiting,     // initialised, not told to run
  kRunning,     // compiling, instantiating or running
  kBackingOff,  // ended, waiting for its restart (fault 36: visible and killable)
  kModule,      // a runtime module
  kGone,        // killed or ended; the record is on its way out
};

/// Thread: `caps` from any; what is guarded by `mutex` under it.
struct ProcessRecord : std::enable_shared_from_this<ProcessRecord> {
  ProcessRecord(msg::Address address_in, bool is_public_in, std::size_t caps_max,
                Budget budget_in = {})
      : address(msg::share(std::move(address_in))),
        key(key_of(id_view(address->process))),
        is_public(is_public_in),
        is_exempt(is_exempt_sender(address->process)),
        caps(caps_max),
        budget(budget_in) {}

  const msg::AddressRef address;
  const Key key;  // of its id
  const bool is_public;
  const bool is_exempt;  // needs no capability for local targets

  // What routing reads of a target and of a sender stands together, up to `caps`.
  mutable rt::Mutex mutex;
  std::shared_ptr<Endpoint> endpoint __attribute__((guarded_by(mutex)));  // null when nothing runs
  CapTable caps;
  const Budget budget;

  /// How many it has spawned that are alive. Shared with them: whoever goes last takes it along.
  using Children = std::shared_ptr<std::atomic<std::size_t>>;
  const Children children = std::make_shared<std::atomic<std::size_t>>(0);

  const msg::ProcessId& id() const { return address->process; }

  Phase phase __attribute__((guarded_by(mutex))) = Phase::kWaiting;
  std::string wasm_bytes_handle __attribute__((guarded_by(mutex)));
  std::optional<std::uint32_t> wit_version __attribute__((guarded_by(mutex)));
  msg::OnExit on_exit __attribute__((guarded_by(mutex)));
  Bytes wasm __attribute__((guarded_by(mutex)));  // until it is compiled
  std::shared_ptr<const wasm::Program> program __attribute__((guarded_by(mutex)));
  RestartPolicy restart __attribute__((guarded_by(mutex)));
  rt::TimerId restart_timer __attribute__((guarded_by(mutex)));
  // Its place among its parent's children; letting go of it makes room for another.
  std::shared_ptr<void> place __attribute__((guarded_by(mutex)));
  // Who spawned it: pays for compiling it, for its starts and its ends.
  std::weak_ptr<Endpoint> spawner __attribute__((guarded_by(mutex)));
};

using RecordRef = std::shared_ptr<ProcessRecord>;

inline Endpoint::Endpoint(const ProcessRecord& record, rt::MailboxBounds bounds)
    : address_(record.address), is_public_(record.is_public), mailbox_(bounds) {}

}  // namespace kinode::kernel
