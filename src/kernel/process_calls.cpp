// The host calls that are about the process itself: printing, state, capabilities, on-exit, spawn.
#include <algorithm>
#include <fmt/format.h>

#include "kernel/guest_convert.h"
#include "kernel/prices.h"
#include "kernel/process.h"

namespace kinode::kernel {

using wasm::Outcome;

Outcome Process::trap(std::string message) {
  trap_message_ = std::move(message);
  return Outcome::kTrap;
}

void Process::print_to_terminal(std::uint8_t verbosity, wasm::GuestBytes message) noexcept {
  const msg::ProcessId& id = record_->id();
  std::string line = fmt::format("{}:{}: {}", id.package, id.publisher, printable(message.text()));
  bill(services_.executor().clock().now(), price_of_print(line.size()));
  services_.print().print({verbosity, id, std::move(line)});
}

void Process::our(wasm::GuestAddress& out) noexcept { out = view(*record_->address); }

Outcome Process::set_on_exit(const wasm::GuestOnExit& on_exit) noexcept {
  if (on_exit.request_count > limits::kOnExitRequestsMax) {
    return trap(fmt::format("set-on-exit: {} requests, {} are allowed", on_exit.request_count,
                            limits::kOnExitRequestsMax));
  }
  if (auto ok = services_.set_on_exit(*record_, to_on_exit(on_exit)); !ok) {
    return trap("set-on-exit: " + ok.error().detail);
  }
  print(2, fmt::format("{}:{}: set new on-exit behavior", record_->id().package,
                       record_->id().publisher));
  return Outcome::kReady;
}

void Process::get_on_exit(wasm::GuestOnExit& out) noexcept {
  {
    rt::Lock lock(record_->mutex);
    shown_on_exit_ = record_->on_exit;
  }
  out.kind = static_cast<wasm::GuestOnExitKind>(shown_on_exit_.kind);
  on_exit_views_.clear();
  on_exit_cap_views_.clear();
  on_exit_cap_views_.resize(shown_on_exit_.requests.size());
  for (std::size_t i = 0; i < shown_on_exit_.requests.size(); ++i) {
    const msg::OnExitRequest& from = shown_on_exit_.requests[i];
    wasm::GuestOnExitRequest to;
    to.target = view(from.target);
    to.request.inherit = from.request.inherit;
    to.request.has_expects = from.request.expects_response.has_value();
    to.request.expects = from.request.expects_response.value_or(0);
    to.request.body = view(from.request.body);
    to.request.metadata = view(from.request.metadata);
    const auto caps = view(from.request.capabilities, on_exit_cap_views_[i]);
    to.request.capabilities = caps.data();
    to.request.capability_count = caps.size();
    if (from.blob) {
      to.blob.present = true;
      to.blob.mime = view(from.blob->mime);
      to.blob.bytes = view(from.blob->bytes);
    }
    on_exit_views_.push_back(to);
  }
  out.requests = on_exit_views_.data();
  out.request_count = on_exit_views_.size();
}

std::shared_ptr<Process::Pending> Process::begin_pending() {
  pending_ = std::make_shared<Pending>();
  return pending_;
}

Outcome Process::wait_for_pending(std::string_view what) {
  if (!pending_->done.load(std::memory_order_acquire)) return Outcome::kPending;
  if (pending_->status) return Outcome::kReady;
  return trap(fmt::format("{}: {}", what, pending_->status.error().detail));
}

Outcome Process::get_state(wasm::GuestBytes& out) noexcept {
  if (!pending_) {
    // Off the worker: the value may be large and cold.
    services_.executor().blocking().submit(
        record_->id().text(),
        [pending = begin_pending(), id = record_->id(), &state = services_.state(),
         wake = waker()] {
          auto value = state.get(id);
          if (!value) {
            pending->status = std::unexpected(std::move(value.error()));
          } else if (*value) {
            pending->bytes = std::move(**value);
          } else {
            pending->bytes = fail(Code::kNotFound, "no state");
          }
          pending->done.store(true, std::memory_order_release);
          wake();
        },
        weak_from_this());
  }
  // A storage error must not look like "no state": the program would overwrite what it has (fault
  // 32).
  const Outcome outcome = wait_for_pending("get-state");
  if (outcome == Outcome::kPending) return outcome;
  if (outcome == Outcome::kReady && pending_->bytes) {
    current_state_ = std::move(*pending_->bytes);
    out = view(current_state_);
  }
  pending_.reset();
  return outcome;
}

Outcome Process::set_state(const wasm::GuestBytes* bytes) noexcept {
  if (bytes != nullptr) {
    if (bytes->size > record_->budget.state_bytes) {
      return trap(fmt::format("set-state: {} bytes, {} are allowed", bytes->size,
                              record_->budget.state_bytes));
    }
    bill(services_.executor().clock().now(), price_of_state(bytes->size));
    // Written through at once; off the worker when it is large or the store would make us wait.
    if (bytes->size <= limits::kStateInlineBytesMax) {
      const Status direct = services_.state().try_set(record_->id(), bytes->bytes());
      if (direct) {
        print(2, "persisted state");
        return Outcome::kReady;
      }
      if (direct.error().code != Code::kOverloaded)
        return trap("set-state: " + direct.error().detail);
    }
    services_.executor().blocking().submit(
        record_->id().text(),
        [pending = begin_pending(), id = record_->id(), &state = services_.state(),
         value = Bytes::copy(bytes->bytes()), wake = waker()] {
          pending->status = state.set(id, value.view());
          pending->done.store(true, std::memory_order_release);
          wake();
        },
        weak_from_this());
  }
  const Outcome outcome = wait_for_pending("set-state");
  if (outcome == Outcome::kReady) print(2, "persisted state");
  if (outcome != Outcome::kPending) pending_.reset();
  return outcome;
}

Outcome Process::clear_state() noexcept {
  if (!pending_) {
    services_.executor().blocking().submit(
        record_->id().text(),
        [pending = begin_pending(), id = record_->id(), &state = services_.state(),
         wake = waker()] {
          pending->status = state.clear(id);
          pending->done.store(true, std::memory_order_release);
          wake();
        },
        weak_from_this());
  }
  const Outcome outcome = wait_for_pending("clear-state");
  if (outcome == Outcome::kReady) print(2, "cleared persisted state");
  if (outcome != Outcome::kPending) pending_.reset();
  return outcome;
}

Outcome Process::save_capabilities(std::span<const wasm::GuestCapability> caps) noexcept {
  msg::SignedCaps keep;
  for (const auto& from : caps) {
    msg::Capability cap = to_capability(from);
    if (cap.params().size() > limits::kCapParamsBytesMax) continue;
    if (cap.issuer() == *record_->address) {
      keep.push_back({std::move(cap), {}});
      continue;
    }
    if (auto signature = record_->caps.signature(cap)) {
      keep.push_back({std::move(cap), std::move(*signature)});
      continue;
    }
    // Fault 1: only what came on a message to this process may be kept.
    const auto seen = std::find_if(received_caps_.begin(), received_caps_.end(),
                                   [&](const auto& received) { return received.cap == cap; });
    if (seen != received_caps_.end()) {
      keep.push_back(*seen);
    } else {
      print(0,
            fmt::format("kernel: {} may not save capability {}: it neither issued nor received it",
                        record_->id().text(), printable(cap.text())));
    }
  }
  if (auto ok = services_.add_caps(*record_, keep); !ok) {
    return trap("save-capabilities: " + ok.error().detail);
  }
  return Outcome::kReady;
}

Outcome Process::drop_capabilities(std::span<const wasm::GuestCapability> caps) noexcept {
  if (auto ok = services_.drop_caps(*record_, to_capabilities(caps)); !ok) {
    return trap("drop-capabilities: " + ok.error().detail);
  }
  return Outcome::kReady;
}

std::span<const wasm::GuestCapability> Process::our_capabilities() noexcept {
  if (services_.router().tap().prints_all()) {
    services_.router().tap().print_caps("get all", {}, record_->id());
  }
  shown_caps_ = record_->caps.all();
  return view(shown_caps_, cap_views_);
}

std::optional<SpawnOrder> Process::spawn_order(const wasm::GuestSpawn& request) {
  SpawnOrder order;
  order.name =
      request.name.present() ? std::string(request.name.text()) : fmt::to_string(ids_.next());
  order.wasm_path = std::string(request.wasm_path.text());
  order.on_exit = to_on_exit(request.on_exit);
  order.is_public = request.is_public;
  order.request_capabilities =
      to_capabilities({request.request_capabilities, request.request_capability_count});
  for (std::size_t i = 0; i < request.grant_capability_count; ++i) {
    const wasm::GuestGrant& grant = request.grant_capabilities[i];
    order.grants.emplace_back(to_process_id(grant.process), std::string(grant.params.text()));
  }
  msg::ProcessId id = record_->id();
  id.process = order.name;
  if (auto safe = msg::check_kimap_safe(id); !safe) {
    trap("spawn: " + safe.error().detail);
    return std::nullopt;
  }
  return order;
}

Outcome Process::spawn(const wasm::GuestSpawn* request, wasm::GuestSpawned& out) noexcept {
  if (request != nullptr) {
    spawn_ = spawn_order(*request);
    if (!spawn_) return Outcome::kTrap;
    services_.read_component(*record_, spawn_->wasm_path,
                             [pending = begin_pending(), wake = waker()](Result<Bytes> bytes) {
                               pending->bytes = std::move(bytes);
                               pending->done.store(true, std::memory_order_release);
                               wake();
                             });
  }
  if (!pending_->done.load(std::memory_order_acquire)) return Outcome::kPending;
  return finish_spawn(out);
}

Outcome Process::finish_spawn(wasm::GuestSpawned& out) {
  const SpawnOrder order = std::move(*spawn_);
  Result<Bytes> wasm = std::move(pending_->bytes);
  spawn_.reset();
  pending_.reset();
  SpawnResult result = SpawnResult::kNoFileAtPath;
  if (wasm) {
    result = services_.spawn(*record_, order, std::move(*wasm));
  } else {
    print(2, fmt::format("kernel: {} could not spawn {}: {}", record_->id().text(),
                         printable(order.wasm_path), printable(wasm.error().detail)));
  }
  out.ok = result == SpawnResult::kOk;
  out.error = result == SpawnResult::kNameTaken ? 0 : 1;
  if (out.ok) {
    spawned_id_ = record_->id();
    spawned_id_.process = order.name;
    out.id = view(spawned_id_);
    print(2, fmt::format("{}:{}: spawned a new process", record_->id().package,
                         record_->id().publisher));
  }
  return Outcome::kReady;
}

}  // namespace kinode::kernel
