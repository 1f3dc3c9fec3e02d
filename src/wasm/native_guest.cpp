#include "wasm/native_guest.h"

#include "base/limits.h"

namespace kinode::wasm {

namespace native {

void Run::finish(Outcome outcome) {
  if (outcome == Outcome::kTrap) throw Trap{std::string(host_.trap_message().text())};
  if (outcome == Outcome::kYield) yield_due_ = true;
}

bool Run::settle(Outcome outcome) {
  if (outcome == Outcome::kPending) return false;
  call_ = nullptr;
  trapped_ = outcome == Outcome::kTrap;
  if (outcome == Outcome::kYield) yield_due_ = true;
  return !yield_due_;
}

bool Run::begin(Call* call) {
  call_ = call;
  const bool goes_on = !yield_due_ && (call_ == nullptr || settle(call_->attempt()));
  if (yield_due_ && waker_) waker_->wake();
  return goes_on;
}

void Run::check() const {
  if (trapped_) throw Trap{std::string(host_.trap_message().text())};
}

void Run::resume(std::coroutine_handle<> start) {
  if (!where_) {
    start.resume();
    return;
  }
  yield_due_ = false;
  if (call_ != nullptr && !settle(call_->attempt())) {
    if (yield_due_ && waker_) waker_->wake();
    return;
  }
  where_.resume();
}

}  // namespace native

using native::ToViews;

msg::Address NativeGuest::our() const {
  GuestAddress out;
  host().our(out);
  return native::address(out);
}

void NativeGuest::set_on_exit(const msg::OnExit& on_exit) const {
  ToViews views;
  run_->finish(host().set_on_exit(views.on_exit(on_exit)));
}

msg::OnExit NativeGuest::get_on_exit() const {
  GuestOnExit out;
  host().get_on_exit(out);
  return native::on_exit(out);
}

void NativeGuest::save_capabilities(const std::vector<msg::Capability>& caps) const {
  ToViews views;
  run_->finish(host().save_capabilities(views.capabilities(caps)));
}

void NativeGuest::drop_capabilities(const std::vector<msg::Capability>& caps) const {
  ToViews views;
  run_->finish(host().drop_capabilities(views.capabilities(caps)));
}

std::vector<msg::Capability> NativeGuest::our_capabilities() const {
  return native::capabilities(host().our_capabilities());
}

std::optional<msg::Blob> NativeGuest::get_blob() const {
  GuestBlob out;
  host().get_blob(out);
  return native::blob(out);
}

std::optional<msg::Blob> NativeGuest::last_blob() const {
  GuestBlob out;
  host().last_blob(out);
  return native::blob(out);
}

native::Sent NativeGuest::send_request(const NativeSend& send) const {
  ToViews views;
  run_->finish(host().send_request(views.send(send)));
  return native::Sent(*run_);
}

native::Sent NativeGuest::send_requests(const std::vector<NativeSend>& sends) const {
  ToViews views;
  std::vector<GuestSend> list;
  list.reserve(sends.size());
  for (const auto& send : sends) list.push_back(views.send(send));
  run_->finish(host().send_requests(list));
  return native::Sent(*run_);
}

native::Sent NativeGuest::send_response(const msg::Response& response,
                                        const std::optional<msg::Blob>& blob) const {
  ToViews views;
  run_->finish(host().send_response(views.response(response), ToViews::blob(blob)));
  return native::Sent(*run_);
}

native::Sent NativeGuest::yield() const {
  run_->finish(Outcome::kYield);
  return native::Sent(*run_);
}

void NativeGuest::write_stderr(std::string_view text) const {
  auto& tail = run_->stderr_tail;
  tail += text;
  if (tail.size() > limits::kStderrRingBytes) {
    tail.erase(0, tail.size() - limits::kStderrRingBytes);
  }
}

}  // namespace kinode::wasm
