#include "kernel/old_world.h"

#include <vector>

#include "msg/old_names.h"

namespace kinode::kernel {

using msg::Naming;
using wasm::GuestBytes;
using wasm::Outcome;

namespace {

void rename(wasm::GuestProcessId& id, Naming to) {
  const msg::IdParts before{id.process.text(), id.package.text(), id.publisher.text()};
  const msg::IdParts after = msg::renamed(before, to);
  if (after == before) return;
  id = {GuestBytes::of(after.process), GuestBytes::of(after.package),
        GuestBytes::of(after.publisher)};
}

void rename(wasm::GuestAddress& address, Naming to) { rename(address.process, to); }

/// Lists with other names in them, as long as they are looked at.
class Lists {
 public:
  /// Before each call of the guest.
  void clear() {
    caps_.clear();
    on_exit_.clear();
  }

  std::span<const wasm::GuestCapability> renamed(std::span<const wasm::GuestCapability> caps,
                                                 Naming to) {
    if (caps.empty()) return caps;
    auto& out = caps_.emplace_back(caps.begin(), caps.end());
    for (auto& cap : out) rename(cap.issuer, to);
    return out;
  }

  void rename_in(wasm::GuestRequest& request, Naming to) {
    const auto caps = renamed({request.capabilities, request.capability_count}, to);
    request.capabilities = caps.data();
  }

  void rename_in(wasm::GuestSend& send) {
    rename(send.target, Naming::kCurrent);
    rename_in(send.request, Naming::kCurrent);
  }

  void rename_in(wasm::GuestOnExit& on_exit, Naming to) {
    on_exit_.assign(on_exit.requests, on_exit.requests + on_exit.request_count);
    for (auto& request : on_exit_) {
      rename(request.target, to);
      rename_in(request.request, to);
    }
    on_exit.requests = on_exit_.data();
  }

 private:
  std::vector<std::vector<wasm::GuestCapability>> caps_;
  std::vector<wasm::GuestOnExitRequest> on_exit_;
};

class OldNames final : public wasm::HostCalls {
 public:
  explicit OldNames(wasm::HostCalls& host) : host_(host) {}

  void print_to_terminal(std::uint8_t verbosity, GuestBytes message) noexcept override {
    host_.print_to_terminal(verbosity, message);
  }
  void our(wasm::GuestAddress& out) noexcept override { host_.our(out); }

  Outcome set_on_exit(const wasm::GuestOnExit& on_exit) noexcept override {
    lists_.clear();
    wasm::GuestOnExit current = on_exit;
    lists_.rename_in(current, Naming::kCurrent);
    return host_.set_on_exit(current);
  }
  void get_on_exit(wasm::GuestOnExit& out) noexcept override {
    host_.get_on_exit(out);
    lists_.clear();
    lists_.rename_in(out, Naming::kOld);
  }

  Outcome get_state(GuestBytes& out) noexcept override { return host_.get_state(out); }
  Outcome set_state(const GuestBytes* bytes) noexcept override { return host_.set_state(bytes); }
  Outcome clear_state() noexcept override { return host_.clear_state(); }

  Outcome spawn(const wasm::GuestSpawn* request, wasm::GuestSpawned& out) noexcept override {
    if (request == nullptr) return seen(host_.spawn(nullptr, out), out);
    lists_.clear();
    wasm::GuestSpawn current = *request;
    lists_.rename_in(current.on_exit, Naming::kCurrent);
    const auto caps = lists_.renamed(
        {current.request_capabilities, current.request_capability_count}, Naming::kCurrent);
    current.request_capabilities = caps.data();
    std::vector<wasm::GuestGrant> grants(
        current.grant_capabilities, current.grant_capabilities + current.grant_capability_count);
    for (auto& grant : grants) rename(grant.process, Naming::kCurrent);
    current.grant_capabilities = grants.data();
    return seen(host_.spawn(&current, out), out);
  }

  Outcome save_capabilities(std::span<const wasm::GuestCapability> caps) noexcept override {
    lists_.clear();
    return host_.save_capabilities(lists_.renamed(caps, Naming::kCurrent));
  }
  Outcome drop_capabilities(std::span<const wasm::GuestCapability> caps) noexcept override {
    lists_.clear();
    return host_.drop_capabilities(lists_.renamed(caps, Naming::kCurrent));
  }
  std::span<const wasm::GuestCapability> our_capabilities() noexcept override {
    lists_.clear();
    return lists_.renamed(host_.our_capabilities(), Naming::kOld);
  }

  Outcome receive(wasm::GuestMessage& out) noexcept override {
    return seen(host_.receive(out), out);
  }
  bool has_blob() noexcept override { return host_.has_blob(); }
  void get_blob(wasm::GuestBlob& out) noexcept override { host_.get_blob(out); }
  void last_blob(wasm::GuestBlob& out) noexcept override { host_.last_blob(out); }

  Outcome send_request(const wasm::GuestSend& send) noexcept override {
    lists_.clear();
    wasm::GuestSend current = send;
    lists_.rename_in(current);
    return host_.send_request(current);
  }
  Outcome send_requests(std::span<const wasm::GuestSend> sends) noexcept override {
    lists_.clear();
    std::vector<wasm::GuestSend> current(sends.begin(), sends.end());
    for (auto& send : current) lists_.rename_in(send);
    return host_.send_requests(current);
  }
  Outcome send_response(const wasm::GuestRequest& response,
                        const wasm::GuestBlob& blob) noexcept override {
    lists_.clear();
    wasm::GuestRequest current = response;
    lists_.rename_in(current, Naming::kCurrent);
    return host_.send_response(current, blob);
  }
  Outcome send_and_await_response(const wasm::GuestSend* send,
                                  wasm::GuestMessage& out) noexcept override {
    if (send == nullptr) return seen(host_.send_and_await_response(nullptr, out), out);
    lists_.clear();
    wasm::GuestSend current = *send;
    lists_.rename_in(current);
    return seen(host_.send_and_await_response(&current, out), out);
  }

  GuestBytes trap_message() noexcept override { return host_.trap_message(); }

 private:
  Outcome seen(Outcome outcome, wasm::GuestMessage& out) {
    if (outcome != Outcome::kReady && outcome != Outcome::kYield) return outcome;
    lists_.clear();
    rename(out.source, Naming::kOld);
    lists_.rename_in(out.request, Naming::kOld);
    return outcome;
  }
  Outcome seen(Outcome outcome, wasm::GuestSpawned& out) {
    if (outcome == Outcome::kReady && out.ok) rename(out.id, Naming::kOld);
    return outcome;
  }

  wasm::HostCalls& host_;
  Lists lists_;
};

}  // namespace

bool is_old(wasm::World world) {
  return world == wasm::World::kKinode07 || world == wasm::World::kKinode08;
}

bool speaks_old(const ProcessRecord& record) {
  rt::Lock lock(record.mutex);
  return record.program != nullptr && is_old(record.program->world());
}

std::unique_ptr<wasm::HostCalls> with_old_names(wasm::HostCalls& host) {
  return std::make_unique<OldNames>(host);
}

}  // namespace kinode::kernel
