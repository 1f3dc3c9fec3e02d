// Everything a guest can ask of its host: one function per import of kinode:process/standard.
#pragma once

#include <cstdint>
#include <span>

#include "wasm/guest_views.h"

namespace kinode::wasm {

/// How a host call went.
enum class Outcome : std::int32_t {
  kPending = 0,  // not done: the guest stays suspended; the call is repeated at the next poll
  kReady = 1,    // done, `out` is filled
  kTrap = 2,     // the guest must end; the reason is in trap_message()
  kYield = 3,    // done, but suspend the guest at its next interruption point (overload)
};

/// The host side of one instance. The engine calls these on the thread that polls the instance, one
/// at a time. Functions that may wait are marked "may wait": they get their arguments by pointer at
/// the first call; after kPending they are called again at each poll with a null pointer, until
/// they answer something else. Functions never throw. Semantics of each: kernel.md 2.5.
class HostCalls {
 public:
  virtual ~HostCalls() = default;

  virtual void print_to_terminal(std::uint8_t verbosity, GuestBytes message) noexcept = 0;
  virtual void our(GuestAddress& out) noexcept = 0;

  virtual Outcome set_on_exit(const GuestOnExit& on_exit) noexcept = 0;
  virtual void get_on_exit(GuestOnExit& out) noexcept = 0;

  /// May wait. `out.data == nullptr`: no state saved.
  virtual Outcome get_state(GuestBytes& out) noexcept = 0;
  /// May wait.
  virtual Outcome set_state(const GuestBytes* bytes) noexcept = 0;
  /// May wait.
  virtual Outcome clear_state() noexcept = 0;

  /// May wait.
  virtual Outcome spawn(const GuestSpawn* request, GuestSpawned& out) noexcept = 0;

  virtual Outcome save_capabilities(std::span<const GuestCapability> caps) noexcept = 0;
  virtual Outcome drop_capabilities(std::span<const GuestCapability> caps) noexcept = 0;
  /// The views live until the next host call.
  virtual std::span<const GuestCapability> our_capabilities() noexcept = 0;

  /// May wait.
  virtual Outcome receive(GuestMessage& out) noexcept = 0;

  virtual bool has_blob() noexcept = 0;
  virtual void get_blob(GuestBlob& out) noexcept = 0;
  virtual void last_blob(GuestBlob& out) noexcept = 0;

  /// kReady, kYield or kTrap.
  virtual Outcome send_request(const GuestSend& send) noexcept = 0;
  /// kReady, kYield or kTrap. A list whose elements are sent in order.
  virtual Outcome send_requests(std::span<const GuestSend> sends) noexcept = 0;
  virtual Outcome send_response(const GuestRequest& response, const GuestBlob& blob) noexcept = 0;

  /// May wait. `send->context` is unused.
  virtual Outcome send_and_await_response(const GuestSend* send, GuestMessage& out) noexcept = 0;

  /// Why the last call answered kTrap. Valid until the next host call.
  virtual GuestBytes trap_message() noexcept = 0;
};

}  // namespace kinode::wasm
