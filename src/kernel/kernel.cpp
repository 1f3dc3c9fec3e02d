#include "kernel/kernel.h"

#include <fmt/format.h>
#include <tuple>

#include "kernel/module_endpoint.h"
#include "kernel/process.h"

namespace kinode::kernel {

using port::Routed;

namespace {

// kernel.md 5.4: every runtime module may message every other, whether or not it is built in; the
// last is ours.
constexpr std::string_view kRuntimeModules[] = {"kernel", "net",    "http-server", "http-client",
                                                "timer",  "eth",    "vfs",         "state",
                                                "kv",     "sqlite", "fd-manager",  "backup"};

// A module is granted something by nearly every process.
constexpr std::size_t kModuleCapsMax = 20 * limits::kCapsPerProcessMax;

}  // namespace

Kernel::Kernel(KernelParts parts)
    : parts_(std::move(parts)),
      router_(parts_.our_node, table_, *parts_.executor, *parts_.print),
      state_(*parts_.kv, parts_.durability),
      rows_(*parts_.kv, parts_.durability) {
  self_ =
      std::make_shared<ProcessRecord>(our(msg::system_process("kernel")), false, kModuleCapsMax);
  {
    rt::Lock lock(self_->mutex);
    self_->phase = Phase::kModule;
    self_->on_exit.kind = msg::OnExit::Kind::kRestart;
    self_->endpoint = std::make_shared<HandlerEndpoint>(
        *self_, *parts_.executor, [this](msg::EnvelopeRef envelope) { execute(envelope); });
  }
  table_.insert(self_);
}

Kernel::~Kernel() {
  // Records and their runs refer to each other, and senders to whom they sent; no worker runs here.
  stop_processes();
  for (const auto& endpoint : stopped_) std::ignore = static_cast<Process&>(*endpoint).dismantle();
  std::vector<std::weak_ptr<Endpoint>> killed;
  {
    rt::Lock lock(killed_mutex_);
    killed.swap(killed_);
  }
  for (const auto& weak : killed) {
    const auto endpoint = weak.lock();
    if (endpoint) std::ignore = static_cast<Process&>(*endpoint).dismantle();
  }
}

void Kernel::say(std::uint8_t verbosity, std::string content) {
  parts_.print->print({verbosity, self_->id(), std::move(content)});
}

void Kernel::complain(std::string_view what, const Status& status) {
  if (!status) say(0, fmt::format("kernel: {}: {}", what, status.error().detail));
}

Status Kernel::load() {
  auto loaded = rows_.load();
  if (!loaded) return std::unexpected(std::move(loaded.error()).in("process table"));
  for (const auto& notice : loaded->notices) say(0, notice);
  loaded_ = std::move(loaded->processes);
  return {};
}

msg::SignedCaps Kernel::runtime_caps() const {
  msg::SignedCaps caps;
  for (const auto name : kRuntimeModules) {
    caps.push_back({msg::messaging_cap(our(msg::system_process(name))), {}});
  }
  caps.push_back({msg::network_cap(parts_.our_node), {}});
  return caps;
}

Status Kernel::add_module(port::Module& module) {
  const port::ModuleInfo info = module.info();
  auto record = std::make_shared<ProcessRecord>(our(info.id), info.is_public, kModuleCapsMax);
  {
    rt::Lock lock(record->mutex);
    record->phase = Phase::kModule;
    record->on_exit.kind = msg::OnExit::Kind::kRestart;
    record->endpoint = std::make_shared<HandlerEndpoint>(
        *record, *parts_.executor,
        [&module](msg::EnvelopeRef envelope) { module.handle(std::move(envelope)); });
    modules_.push_back(&module);
  }
  if (!table_.insert(record)) {
    return fail(Code::kExists, fmt::format("the module {} is there already", info.id.text()));
  }
  bool stored = false;
  if (const auto it = loaded_.find(info.id); it != loaded_.end()) {
    for (const auto& [cap, signature] : it->second.capabilities) {
      if (record->caps.add({cap, signature}) == CapTable::Added::kNew) {
        holders_.add(cap.issuer().process, record->id());
      }
    }
    stored = it->second.is_public == info.is_public;
    loaded_.erase(it);
  }
  if (auto ok = add_caps(*record, runtime_caps()); !ok) return ok;
  if (!stored) {
    if (auto ok = persist(*record); !ok) return ok;
  }
  return module.start(*this);
}

Status Kernel::put_packaged_process(const NewProcess& process,
                                    const std::vector<msg::Capability>& dropped) {
  msg::PersistedProcess& entry = loaded_[process.id];
  entry.wasm_bytes_handle = process.wasm_bytes_handle;
  entry.wit_version = process.wit_version;
  entry.on_exit = process.on_exit;
  entry.is_public = process.is_public;
  for (const auto& cap : dropped) entry.capabilities.erase(cap);
  for (const auto& held : process.caps) entry.capabilities.try_emplace(held.cap, held.signature);
  if (auto ok = rows_.erase_caps(process.id, dropped); !ok) return ok;
  // A process without on-exit behavior lives as long as the node (fault 33); its package brings it
  // back.
  if (entry.on_exit.kind == msg::OnExit::Kind::kNone) return {};
  return rows_.put_process(process.id, entry);
}

Status Kernel::grant_before_boot(const msg::ProcessId& holder, const msg::Capability& cap) {
  if (const RecordRef record = table_.find(holder)) return add_caps(*record, {{cap, {}}});
  const auto it = loaded_.find(holder);
  if (it == loaded_.end() || !it->second.capabilities.try_emplace(cap).second) return {};
  if (it->second.on_exit.kind == msg::OnExit::Kind::kNone) return {};
  return rows_.put_grants({{holder, {cap, {}}}});
}

void Kernel::boot() {
  std::vector<std::pair<RecordRef, msg::OnExit>> farewells;
  std::vector<RecordRef> started;
  for (auto& [id, entry] : loaded_) {
    if (entry.wasm_bytes_handle.empty() || is_reserved(id)) {
      // The row of a module that this build does not have; it waits for one that does. A program
      // of such a name would have what was granted to the module.
      continue;
    }
    auto record = std::make_shared<ProcessRecord>(our(id), entry.is_public,
                                                  limits::kCapsPerProcessMax, budget_of(id));
    {
      rt::Lock lock(record->mutex);
      record->wasm_bytes_handle = entry.wasm_bytes_handle;
      record->wit_version = entry.wit_version;
      record->on_exit = entry.on_exit;
      record->endpoint = std::make_shared<Process>(record, *this);
    }
    for (const auto& [cap, signature] : entry.capabilities) {
      // Our own are valid by being here; signatures of ours are made when one leaves the node.
      const bool ours = router_.is_ours(cap.issuer().node);
      if (record->caps.add({cap, ours ? Bytes() : signature}) == CapTable::Added::kNew) {
        holders_.add(cap.issuer().process, id);
      }
    }
    if (!table_.insert(record)) {
      rt::Lock lock(record->mutex);
      record->endpoint.reset();  // they keep each other alive
      continue;
    }
    if (entry.on_exit.kind == msg::OnExit::Kind::kRequests)
      farewells.emplace_back(record, entry.on_exit);
    started.push_back(std::move(record));
  }
  loaded_.clear();
  for (const auto& [record, on_exit] : farewells) fire_on_exit(*record, on_exit);
  for (const auto& record : started) run(*record);
}

void Kernel::stop_processes() {
  for (const auto& record : table_.all()) {
    std::shared_ptr<Endpoint> endpoint;
    {
      rt::Lock lock(record->mutex);
      if (record->phase == Phase::kModule) continue;
      record->phase = Phase::kGone;
      endpoint = std::move(record->endpoint);
      if (record->restart_timer != rt::TimerId{}) executor().timers().cancel(record->restart_timer);
    }
    if (!endpoint) continue;
    static_cast<Process&>(*endpoint).kill();
    stopped_.push_back(std::move(endpoint));
  }
}

bool Kernel::is_our_address(const msg::Address& address) const {
  return router_.is_ours(address.node);
}

Routed Kernel::send(msg::EnvelopeRef envelope) {
  const RecordRef sender = table_.find(envelope->source->process);
  if (!sender) return Routed::kDenied;
  const TargetView target = target_view(*envelope->target);
  const Route route = router_.resolve(*sender, target);
  if (!route.endpoint) {
    router_.explain(*sender, target, route);
    return route.verdict;
  }
  return router_.deliver(*route.endpoint, envelope);
}

bool Kernel::is_alive(const msg::ProcessId& id) const {
  const RecordRef record = table_.find(id);
  if (!record) return false;
  rt::Lock lock(record->mutex);
  return record->endpoint != nullptr;
}

void Kernel::bill(const msg::ProcessId& who, Instant begun, Nanos used) {
  const RecordRef record = table_.find(who);
  if (!record) return;
  rt::Lock lock(record->mutex);
  if (record->endpoint && record->phase != Phase::kModule) record->endpoint->bill(begun, used);
}

bool Kernel::has_capability(const msg::ProcessId& holder, const msg::Capability& cap) const {
  if (router_.tap().prints_all()) router_.tap().print_caps("has", {&cap, 1}, holder);
  const RecordRef record = table_.find(holder);
  return record && record->caps.has(cap);
}

Status Kernel::grant(const msg::ProcessId& holder, const msg::Capability& cap) {
  const RecordRef record = table_.find(holder);
  return record ? add_caps(*record, {{cap, {}}}) : Status();
}

void Kernel::print(std::uint8_t verbosity, const msg::ProcessId& source, std::string content) {
  parts_.print->print({verbosity, source, std::move(content)});
}

}  // namespace kinode::kernel
