// What a guest written as a C++ coroutine can do: the functions of kinode:process/standard.
//
//   NativeTask<> echo(NativeGuest guest) {
//     for (;;) {
//       const auto got = co_await guest.receive();
//       if (got.request()) guest.send_response(native_response(got.body().text()));
//     }
//   }
//
// A guest may wait only for the calls of its NativeGuest and for tasks made of them.
#pragma once

#include <string>
#include <string_view>

#include "wasm/engine.h"
#include "wasm/native_task.h"
#include "wasm/native_values.h"

namespace kinode::wasm {

class NativeGuest;

namespace native {

/// Unwinds a guest that has to end; its engine catches it.
struct Trap {
  std::string reason;
};

/// A host call in progress: repeated until it is done.
class Call {
 public:
  virtual ~Call() = default;
  virtual Outcome attempt() = 0;
};

/// What an instance and the guest in it share. Thread: that which polls.
class Run {
 public:
  Run(HostCalls& host, std::shared_ptr<Waker> waker) : host_(host), waker_(std::move(waker)) {}

  HostCalls& host() { return host_; }

  /// Of a call that does not wait: throws Trap, or notes a yield, which the next suspension point
  /// carries out.
  void finish(Outcome outcome);

  /// True when the call is done at once; else the guest must `suspend`.
  bool begin(Call* call);
  void suspend(std::coroutine_handle<> where) { where_ = where; }
  bool yield_due() const { return yield_due_; }
  /// To be called before the guest goes on after a suspension point.
  void check() const;

  /// Starts or goes on with the guest, as far as it can.
  void resume(std::coroutine_handle<> start);

  std::string stderr_tail;

 private:
  bool settle(Outcome outcome);

  HostCalls& host_;
  std::shared_ptr<Waker> waker_;
  Call* call_ = nullptr;  // lives in the suspended frame
  std::coroutine_handle<> where_;
  bool yield_due_ = false;
  bool trapped_ = false;
};

/// Carries out a yield that is due, if it is awaited. Not awaiting it is right, too.
class Sent {
 public:
  explicit Sent(Run& run) : run_(run) {}
  bool await_ready() { return !run_.yield_due() || run_.begin(nullptr); }
  void await_suspend(std::coroutine_handle<> where) { run_.suspend(where); }
  void await_resume() const {}

 private:
  Run& run_;
};

/// The awaitable of a call that may wait. `Arguments` is copied into the frame of the waiting
/// guest.
template <class Ask>
class Waiting final : public Call {
 public:
  Waiting(Run& run, Ask ask) : run_(run), ask_(std::move(ask)) {}
  bool await_ready() { return run_.begin(this); }
  void await_suspend(std::coroutine_handle<> where) { run_.suspend(where); }
  auto await_resume() {
    run_.check();
    return ask_.result();
  }
  Outcome attempt() override {
    const bool first = std::exchange(first_, false);
    return ask_.ask(run_.host(), first);
  }

 private:
  Run& run_;
  Ask ask_;
  bool first_ = true;
};

struct AskReceive {
  NativeMessage got;
  Outcome ask(HostCalls& host, bool) {
    GuestMessage out;
    const auto outcome = host.receive(out);
    if (outcome == Outcome::kReady || outcome == Outcome::kYield) got = message(out);
    return outcome;
  }
  NativeMessage result() { return std::move(got); }
};

struct AskAwait {
  NativeSend arguments;
  NativeMessage got;
  Outcome ask(HostCalls& host, bool first) {
    ToViews views;
    GuestSend send;
    if (first) send = views.send(arguments);
    GuestMessage out;
    const auto outcome = host.send_and_await_response(first ? &send : nullptr, out);
    if (outcome == Outcome::kReady || outcome == Outcome::kYield) got = message(out);
    return outcome;
  }
  NativeMessage result() { return std::move(got); }
};

struct AskGetState {
  std::optional<Bytes> got;
  Outcome ask(HostCalls& host, bool) {
    GuestBytes out;
    const auto outcome = host.get_state(out);
    if (outcome == Outcome::kReady || outcome == Outcome::kYield) got = optional_bytes(out);
    return outcome;
  }
  std::optional<Bytes> result() { return std::move(got); }
};

struct AskSetState {
  Bytes bytes;
  Outcome ask(HostCalls& host, bool first) {
    const auto view = GuestBytes::of(bytes.view());
    return host.set_state(first ? &view : nullptr);
  }
  void result() const {}
};

struct AskClearState {
  Outcome ask(HostCalls& host, bool) { return host.clear_state(); }
  void result() const {}
};

struct AskSpawn {
  NativeSpawn arguments;
  NativeSpawned got;
  Outcome ask(HostCalls& host, bool first) {
    ToViews views;
    GuestSpawn spawn;
    if (first) spawn = views.spawn(arguments);
    GuestSpawned out;
    const auto outcome = host.spawn(first ? &spawn : nullptr, out);
    if (outcome == Outcome::kReady || outcome == Outcome::kYield) got = spawned(out);
    return outcome;
  }
  NativeSpawned result() { return std::move(got); }
};

}  // namespace native

/// A handle to the guest's own instance, passed by value; valid inside the guest only. Values are
/// copied in both directions. Every call ends the guest when the host says so.
class NativeGuest {
 public:
  NativeGuest(native::Run& run, std::string_view init) : run_(&run), init_(init) {}

  /// The argument of `init`.
  std::string_view init_argument() const { return init_; }

  void print(std::uint8_t verbosity, std::string_view message) const {
    host().print_to_terminal(verbosity, GuestBytes::of(message));
  }
  msg::Address our() const;

  void set_on_exit(const msg::OnExit& on_exit) const;
  msg::OnExit get_on_exit() const;

  auto get_state() const { return waiting(native::AskGetState{}); }
  auto set_state(Bytes bytes) const { return waiting(native::AskSetState{std::move(bytes)}); }
  auto set_state(std::string_view text) const { return set_state(Bytes::copy(text)); }
  auto clear_state() const { return waiting(native::AskClearState{}); }

  auto spawn(NativeSpawn spawn) const { return waiting(native::AskSpawn{std::move(spawn), {}}); }

  void save_capabilities(const std::vector<msg::Capability>& caps) const;
  void drop_capabilities(const std::vector<msg::Capability>& caps) const;
  std::vector<msg::Capability> our_capabilities() const;

  auto receive() const { return waiting(native::AskReceive{}); }

  bool has_blob() const { return host().has_blob(); }
  std::optional<msg::Blob> get_blob() const;
  std::optional<msg::Blob> last_blob() const;

  /// Sends at once. When the host asks the sender to slow down, the guest is suspended here if it
  /// awaits the result, else at the next call that it awaits.
  native::Sent send_request(const NativeSend& send) const;
  native::Sent send_requests(const std::vector<NativeSend>& sends) const;
  native::Sent send_response(const msg::Response& response,
                             const std::optional<msg::Blob>& blob = {}) const;

  auto send_and_await(NativeSend send) const {
    return waiting(native::AskAwait{std::move(send), {}});
  }
  /// The most frequent form.
  auto send_and_await(msg::Address target, std::string_view body, std::uint64_t seconds = 5) const {
    return send_and_await({std::move(target), native_request(body, seconds)});
  }

  /// Suspends the guest; it goes on at the next poll.
  native::Sent yield() const;

  void write_stderr(std::string_view text) const;

  [[noreturn]] void trap(std::string reason) const { throw native::Trap{std::move(reason)}; }

 private:
  HostCalls& host() const { return run_->host(); }
  template <class Ask>
  native::Waiting<Ask> waiting(Ask ask) const {
    return {*run_, std::move(ask)};
  }

  native::Run* run_;
  std::string_view init_;
};

}  // namespace kinode::wasm
