// How processes begin, end and begin again (kernel.md 3.7, 3.8, 2.5 spawn).
#include <bit>
#include <fmt/format.h>

#include "kernel/kernel.h"
#include "kernel/process.h"

namespace kinode::kernel {

namespace {

/// A record that nobody will run; it and its run would keep each other alive.
void give_up(ProcessRecord& record) {
  std::shared_ptr<Endpoint> endpoint;
  rt::Lock lock(record.mutex);
  record.phase = Phase::kGone;
  record.place.reset();
  endpoint.swap(record.endpoint);
}

/// Counts a child of `parent` until the place is let go.
std::shared_ptr<void> take_place(const ProcessRecord& parent) {
  parent.children->fetch_add(1);
  return {parent.children.get(),
          [count = parent.children](std::atomic<std::size_t>*) { count->fetch_sub(1); }};
}

}  // namespace

Result<RecordRef> Kernel::initialize(NewProcess process, const std::vector<Grant>& grants) {
  if (auto safe = msg::check_kimap_safe(process.id); !safe)
    return std::unexpected(std::move(safe.error()));
  if (const std::size_t size = our(process.id).text().size(); size > limits::kAddressTextBytesMax) {
    // It could be stored, but not read again.
    return fail(Code::kInvalid, fmt::format("the address of the new process has {} bytes, {} are "
                                            "allowed: choose a shorter name",
                                            size, limits::kAddressTextBytesMax));
  }
  if (is_reserved(process.id)) {
    // Fault 2: a program under the kernel's or a module's name would inherit what others granted
    // it.
    return fail(Code::kDenied,
                fmt::format("process IDs of distro:sys are the node's own; {} cannot be "
                            "taken",
                            process.id.text()));
  }
  if (table_.size() >= limits::kProcessesMax) {
    return fail(Code::kOverloaded, fmt::format("{} processes run already, the limit is {}",
                                               table_.size(), limits::kProcessesMax));
  }
  auto record = std::make_shared<ProcessRecord>(our(process.id), process.is_public,
                                                limits::kCapsPerProcessMax, budget_of(process.id));
  {
    rt::Lock lock(record->mutex);
    record->wasm_bytes_handle = std::move(process.wasm_bytes_handle);
    record->wit_version = process.wit_version;
    record->on_exit = std::move(process.on_exit);
    record->wasm = std::move(process.wasm);
    record->endpoint = std::make_shared<Process>(record, *this);
    record->place = std::move(process.place);
    record->spawner = std::move(process.spawner);
  }
  process.caps.push_back({msg::messaging_cap(*record->address), {}});
  for (const auto& held : process.caps) {
    if (record->caps.add(held) == CapTable::Added::kNew) {
      holders_.add(held.cap.issuer().process, process.id);
    }
  }
  if (!table_.insert(record)) {
    give_up(*record);
    return fail(Code::kExists, fmt::format("process with ID {} already exists", process.id.text()));
  }
  if (router_.tap().prints_all()) {
    for (const Grant& grant : grants)
      router_.tap().print_caps("add", {&grant.cap.cap, 1}, grant.holder->id());
  }
  if (auto ok = give(grants, record.get()); !ok) {
    table_.erase(*record);
    give_up(*record);
    return std::unexpected(std::move(ok.error()));
  }
  return record;
}

void Kernel::run(ProcessRecord& record) {
  std::shared_ptr<Endpoint> endpoint;
  {
    rt::Lock lock(record.mutex);
    if (record.phase != Phase::kWaiting) return;
    record.phase = Phase::kRunning;
    endpoint = record.endpoint;
  }
  static_cast<Process&>(*endpoint).start();
}

Kernel::Killed Kernel::kill(const RecordRef& record, Revoke revoke) {
  std::shared_ptr<Endpoint> endpoint;
  {
    rt::Lock lock(record->mutex);
    if (record->phase == Phase::kModule) return Killed::kIsModule;
    record->phase = Phase::kGone;
    endpoint = std::move(record->endpoint);
    if (record->restart_timer != rt::TimerId{}) executor().timers().cancel(record->restart_timer);
  }
  if (endpoint) {
    note_killed(endpoint);
    static_cast<Process&>(*endpoint).kill();
  }
  const Status forgotten = remove(record, revoke);
  complain("could not forget a process", forgotten);
  tell_modules_of_end(record->id());
  return forgotten ? Killed::kGone : Killed::kNotStored;
}

void Kernel::note_killed(const std::shared_ptr<Endpoint>& endpoint) {
  rt::Lock lock(killed_mutex_);
  // Now and then, so that a kill costs the same whatever was killed before.
  if (std::has_single_bit(killed_.size())) {
    std::erase_if(killed_, [](const auto& killed) { return killed.expired(); });
  }
  killed_.push_back(endpoint);
}

Budget Kernel::budget_of(const msg::ProcessId& id) const {
  return parts_.budgets ? parts_.budgets(id.package_id()) : Budget{};
}

void Kernel::tell_modules_of_end(const msg::ProcessId& id) {
  for (port::Module* module : modules_) module->process_ended(id);
}

Status Kernel::remove(const RecordRef& record, Revoke revoke) {
  table_.erase(*record);
  {
    rt::Lock lock(record->mutex);
    record->place.reset();
  }
  const Status revoked = revoke == Revoke::kYes ? revoke_all(*record) : Status();
  const auto held = record->caps.all();
  for (const auto& cap : held) holders_.forget_holder(cap.cap.issuer().process, record->id());
  // Fault 35: what was killed stays dead.
  if (persisted(*record)) {
    if (auto ok = rows_.erase_process(record->id(), held); !ok) return ok;
  }
  return revoked;
}

Status Kernel::revoke_all(const ProcessRecord& record) {
  if (router_.tap().prints_all()) router_.tap().print_caps("revoke all", {}, record.id());
  Status stored;
  for (const auto& holder_id : holders_.take(record.id())) {
    const RecordRef holder = table_.find(holder_id);
    if (!holder) continue;
    const auto removed = holder->caps.remove_issuer(*record.address);
    if (!persisted(*holder)) continue;
    if (auto ok = rows_.erase_caps(holder_id, removed); !ok) stored = std::move(ok);
  }
  return stored;
}

void Kernel::print_end(const ProcessRecord& record, const EndReport& report) {
  if (report.failed) {
    say(0, fmt::format("\x1b[38;5;196mprocess {} ended with error:\x1b[0m\n{}",
                       record.address->text(), printable(report.detail)));
  } else {
    say(1, fmt::format("process {} returned without error", record.address->text()));
  }
}

void Kernel::ended(RecordRef record, const Endpoint& endpoint, EndReport report) {
  msg::OnExit on_exit;
  Nanos wait{0};
  {
    rt::Lock lock(record->mutex);
    if (record->phase == Phase::kGone || record->endpoint.get() != &endpoint) return;
    record->endpoint.reset();
    on_exit = record->on_exit;
    if (on_exit.kind == msg::OnExit::Kind::kRestart) {
      wait = record->restart.after_exit(report.uptime);
      record->phase = Phase::kBackingOff;
    } else {
      record->phase = Phase::kGone;
    }
  }
  tell_modules_of_end(record->id());
  print_end(*record, report);
  say(1, fmt::format("process {} has OnExit behavior {}", record->id().text(), on_exit.name()));
  switch (on_exit.kind) {
    case msg::OnExit::Kind::kRequests:
      fire_on_exit(*record, on_exit);
      [[fallthrough]];
    case msg::OnExit::Kind::kNone:
      complain("could not forget a process", remove(record, Revoke::kYes));
      break;
    case msg::OnExit::Kind::kRestart:
      restart(record, wait);
      break;
  }
}

void Kernel::restart(const RecordRef& record, Nanos wait) {
  auto next = std::make_shared<Process>(record, *this);
  if (wait > Nanos{0}) {
    const Instant when = executor().clock().now() + wait;
    rt::Lock lock(record->mutex);
    if (record->phase != Phase::kBackingOff) return;
    record->restart_timer =
        executor().timers().call_at(when, [this, weak = std::weak_ptr<ProcessRecord>(record)] {
          if (const auto again = weak.lock()) restart(again, Nanos{0});
        });
    return;
  }
  {
    rt::Lock lock(record->mutex);
    if (record->phase != Phase::kBackingOff) return;
    record->phase = Phase::kRunning;
    record->restart_timer = {};
    record->endpoint = next;
  }
  next->start();
}

void Kernel::fire_on_exit(ProcessRecord& record, const msg::OnExit& on_exit) {
  msg::OnExit filtered = on_exit;
  filter_on_exit(record, filtered);
  for (auto& entry : filtered.requests) {
    auto e = std::make_shared<msg::Envelope>();
    e->id = random().next_u64();
    e->source = record.address;
    if (router_.is_ours(entry.target.node)) entry.target.node = parts_.our_node;
    e->target = msg::share(entry.target);
    entry.request.expects_response.reset();
    e->message = std::move(entry.request);
    if (entry.blob) e->blob = std::make_shared<msg::Blob>(std::move(*entry.blob));
    const TargetView target = target_view(*e->target);
    const Route route = router_.resolve(record, target);
    msg::EnvelopeRef out = e;
    if (!route.endpoint) {
      router_.explain(record, target, route);
    } else if (router_.deliver(*route.endpoint, out) == port::Routed::kFull) {
      say(0, fmt::format(
                 "event loop: the on-exit request of {} for {} was dropped: its mailbox is full",
                 record.id().text(), e->target->text()));
    }
  }
}

SpawnResult Kernel::spawn(ProcessRecord& caller, const SpawnOrder& order, Bytes wasm) {
  if (caller.children->load() >= caller.budget.children) {
    say(0, fmt::format("kernel: {} has {} children and may not spawn more", caller.id().text(),
                       caller.budget.children));
    return SpawnResult::kNameTaken;
  }
  NewProcess child;
  child.id = caller.id();
  child.id.process = order.name;
  child.wasm_bytes_handle = order.wasm_path;
  child.on_exit = order.on_exit;
  child.is_public = order.is_public;
  child.wasm = std::move(wasm);
  {
    rt::Lock lock(caller.mutex);
    child.wit_version = caller.wit_version;
    child.spawner = caller.endpoint;
  }
  for (const auto& cap : order.request_capabilities) {
    if (cap.issuer() == *caller.address) {
      child.caps.push_back({cap, {}});
    } else if (auto signature = caller.caps.signature(cap)) {
      child.caps.push_back({cap, std::move(*signature)});
    }
  }
  child.caps.push_back({msg::messaging_cap(*caller.address), {}});
  child.place = take_place(caller);
  const msg::Address address = our(child.id);
  std::vector<Grant> grants{{caller.shared_from_this(), {msg::messaging_cap(address), {}}}};
  for (const auto& [holder_id, params] : order.grants) {
    if (RecordRef holder = table_.find(holder_id)) {
      grants.push_back({std::move(holder), {msg::Capability(address, params), {}}});
    }
  }
  auto record = initialize(std::move(child), grants);
  if (!record) {
    // Fault 39: the caller hears that the name is taken, and nobody is granted anything.
    if (record.error().code != Code::kExists) say(0, "kernel: " + record.error().detail);
    return SpawnResult::kNameTaken;
  }
  run(**record);
  return SpawnResult::kOk;
}

}  // namespace kinode::kernel
