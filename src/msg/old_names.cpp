#include "msg/old_names.h"

#include <span>
#include <type_traits>
#include <utility>

namespace kinode::msg {

namespace {

/// A part of a name, as it was and as it is.
struct Name {
  std::string_view old, current;

  std::string_view in(Naming naming) const { return naming == Naming::kOld ? old : current; }
};

constexpr Name kModules[] = {
    {"http_server", "http-server"},
    {"http_client", "http-client"},
    {"fd_manager", "fd-manager"},
};
/// The process of the second has the name of its package.
constexpr Name kPackages[] = {
    {"app_store", "app-store"},
    {"kns_indexer", "kns-indexer"},
};

std::string_view renamed(std::string_view part, std::span<const Name> names, Naming to) {
  const Naming from = to == Naming::kOld ? Naming::kCurrent : Naming::kOld;
  for (const Name& name : names) {
    if (part == name.in(from)) return name.in(to);
  }
  return part;
}

void rename(SignedCapability& held, Naming to) { rename(held.cap, to); }
void rename(ManifestCap& cap, Naming to) { rename(cap.process, to); }

template <class T>
void rename_all(std::vector<T>& list, Naming to) {
  for (auto& each : list) rename(each, to);
}

/// Of a map.
void rename_keys(auto& map, Naming to) {
  std::remove_reference_t<decltype(map)> out;
  for (auto& [key, value] : map) {
    auto other = key;
    rename(other, to);
    out.emplace(std::move(other), std::move(value));
  }
  map = std::move(out);
}

void rename(PersistedProcess& process, Naming to) {
  rename(process.on_exit, to);
  rename_keys(process.capabilities, to);
}

void rename(ProcessMap& processes, Naming to) {
  for (auto& [id, process] : processes) rename(process, to);
  rename_keys(processes, to);
}

/// Changes what has a name in it; an overload per alternative that has one.
struct Rename {
  Naming to;

  void operator()(command::InitializeProcess& c) const {
    rename(c.id, to);
    rename(c.on_exit, to);
    rename_all(c.initial_capabilities, to);
  }
  void operator()(command::GrantCapabilities& c) const {
    rename(c.target, to);
    rename_all(c.capabilities, to);
  }
  void operator()(command::DropCapabilities& c) const {
    rename(c.target, to);
    rename_all(c.capabilities, to);
  }
  void operator()(command::SetOnExit& c) const {
    rename(c.target, to);
    rename(c.on_exit, to);
  }
  void operator()(command::RunProcess& c) const { rename(c.id, to); }
  void operator()(command::KillProcess& c) const { rename(c.id, to); }
  void operator()(command::DebugProcess& c) const { rename(c.id, to); }
  void operator()(command::DebugHasCap& c) const {
    rename(c.on, to);
    rename(c.cap, to);
  }
  void operator()(answer::KilledProcess& a) const { rename(a.id, to); }
  void operator()(answer::DebugProcessMap& a) const { rename(a.processes, to); }
  void operator()(answer::DebugProcess& a) const {
    if (a.process) rename(*a.process, to);
  }
  void operator()(answer::DebugCounters& a) const { rename_keys(a.processes, to); }

  template <class T>
    requires std::is_empty_v<T> || std::is_same_v<T, answer::DebugHasCap>
  void operator()(T&) const {}
};

}  // namespace

IdParts renamed(const IdParts& id, Naming to) {
  if (id.publisher != "sys") return id;
  if (id.package == "distro") return {renamed(id.process, kModules, to), id.package, id.publisher};
  const std::string_view package = renamed(id.package, kPackages, to);
  if (package == id.package) return id;
  return {id.process == id.package ? package : id.process, package, id.publisher};
}

void rename(ProcessId& id, Naming to) {
  const IdParts before{id.process, id.package, id.publisher};
  const IdParts after = renamed(before, to);
  if (after == before) return;
  id = {std::string(after.process), std::string(after.package), std::string(after.publisher)};
}

void rename(Address& address, Naming to) { rename(address.process, to); }

void rename(Capability& cap, Naming to) {
  Address issuer = cap.issuer();
  rename(issuer, to);
  if (issuer != cap.issuer()) cap = Capability(std::move(issuer), cap.params());
}

void rename(OnExit& on_exit, Naming to) {
  for (auto& request : on_exit.requests) {
    rename(request.target, to);
    rename_all(request.request.capabilities, to);
  }
}

void rename(ManifestEntry& entry, Naming to) {
  rename(entry.on_exit, to);
  rename_all(entry.request_capabilities, to);
  rename_all(entry.grant_capabilities, to);
}

void rename(KernelCommand& command, Naming to) { std::visit(Rename{to}, command); }

void rename(KernelAnswer& answer, Naming to) { std::visit(Rename{to}, answer); }

}  // namespace kinode::msg
