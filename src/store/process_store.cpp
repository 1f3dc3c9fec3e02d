#include "store/process_store.h"

#include <fmt/format.h>

#include "msg/bincode.h"
#include "store/cap_row.h"

namespace kinode::store {

namespace {

constexpr std::string_view kOldMapKey = "kernel:distro:sys";
constexpr std::string_view kProcessPrefix = "kernel:distro:sys/process/";
constexpr std::string_view kCapPrefix = "kernel:distro:sys/cap/";
constexpr std::string_view kDamagedPrefix = "damaged/";

std::string not_safe_notice(const msg::ProcessId& id) {
  return fmt::format("bootstrap: removing non-Kimap-safe process {}", printable(id.text()));
}

void add_process(WriteBatch& batch, const msg::ProcessId& id, msg::PersistedProcess process) {
  process.capabilities.clear();  // they have rows of their own
  batch.put(process_row_key(id), Bytes::adopt(msg::encode_persisted_process(process)));
}

void add_cap(WriteBatch& batch, const msg::ProcessId& holder, const msg::Capability& cap,
             const Bytes& signature) {
  batch.put(cap_row_key(holder, cap), Bytes::adopt(encode_cap_row({cap, signature})));
}

void add_grants(WriteBatch& batch, const ProcessStore::Grants& grants) {
  for (const auto& [holder, held] : grants) add_cap(batch, holder, held.cap, held.signature);
}

}  // namespace

std::string process_row_key(const msg::ProcessId& id) {
  return fmt::format("{}{}", kProcessPrefix, id.text());
}

std::string cap_row_key(const msg::ProcessId& holder, const msg::Capability& cap) {
  return fmt::format("{}{}/{}/{}", kCapPrefix, holder.text(), cap.issuer().text(),
                     cap.canonical_params());
}

Status ProcessStore::put_process(const msg::ProcessId& id, const msg::PersistedProcess& process,
                                 const Grants& grants) {
  WriteBatch batch;
  add_process(batch, id, process);
  for (const auto& [cap, signature] : process.capabilities) add_cap(batch, id, cap, signature);
  add_grants(batch, grants);
  return kv_.write(batch, durability_);
}

Status ProcessStore::put_grants(const Grants& grants) {
  WriteBatch batch;
  add_grants(batch, grants);
  return batch.operations.empty() ? Status{} : kv_.write(batch, durability_);
}

Status ProcessStore::erase_caps(const msg::ProcessId& holder,
                                const std::vector<msg::Capability>& caps) {
  WriteBatch batch;
  for (const auto& cap : caps) batch.erase(cap_row_key(holder, cap));
  return batch.operations.empty() ? Status{} : kv_.write(batch, durability_);
}

Status ProcessStore::erase_process(const msg::ProcessId& id, const msg::SignedCaps& caps) {
  WriteBatch batch;
  batch.erase(process_row_key(id));
  for (const auto& held : caps) batch.erase(cap_row_key(id, held.cap));
  return kv_.write(batch, durability_);
}

Status ProcessStore::set_aside(const std::string& key, const Bytes& value, const std::string& why,
                               Loaded& into) {
  // Never over what was set aside before.
  std::string aside = fmt::format("{}{}", kDamagedPrefix, key);
  for (;;) {
    const auto taken = kv_.get(aside);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken || **taken == value) break;
    aside += "+";
  }
  WriteBatch batch;
  batch.put(aside, value);
  batch.erase(key);
  into.notices.push_back(
      fmt::format("the stored row {} cannot be read ({}); it was set aside as {}, everything else "
                  "was loaded",
                  printable(key), printable(why), printable(aside)));
  return kv_.write(batch, durability_);
}

Status ProcessStore::import_old_map(Loaded& into) {
  auto old = kv_.get(kOldMapKey);
  if (!old) return std::unexpected(std::move(old.error()));
  if (!*old) return {};
  auto map = msg::decode_process_map((*old)->view());
  if (!map) return set_aside(std::string(kOldMapKey), **old, map.error().detail, into);
  WriteBatch batch;
  for (const auto& [id, process] : *map) {
    if (!msg::check_kimap_safe(id)) {
      // Such an id could be read as another one in a row's key, so it never gets a row.
      into.notices.push_back(not_safe_notice(id));
      batch.put(fmt::format("{}{}", kDamagedPrefix, process_row_key(id)),
                Bytes::adopt(msg::encode_persisted_process(process)));
      continue;
    }
    add_process(batch, id, process);
    for (const auto& [cap, signature] : process.capabilities) add_cap(batch, id, cap, signature);
  }
  // In the same batch: after a crash either nothing has happened, or all of it.
  batch.erase(std::string(kOldMapKey));
  into.notices.push_back(fmt::format("took over a process map of {} entries", map->size()));
  return kv_.write(batch, durability_);
}

Status ProcessStore::load_processes(Loaded& into) {
  std::vector<std::pair<std::string, Bytes>> bad;
  const Status scanned = kv_.scan(kProcessPrefix, [&](std::string_view key, ByteView value) {
    auto id = msg::ProcessId::parse(key.substr(kProcessPrefix.size()));
    auto process = msg::decode_persisted_process(value);
    if (!id || !process) {
      bad.emplace_back(key, Bytes::copy(value));
    } else if (!msg::check_kimap_safe(*id)) {
      into.notices.push_back(not_safe_notice(*id));
    } else {
      into.processes.emplace(std::move(*id), std::move(*process));
    }
    return true;
  });
  if (!scanned) return scanned;
  for (const auto& [key, value] : bad) {
    if (auto ok = set_aside(key, value, "not a process row", into); !ok) return ok;
  }
  return {};
}

Status ProcessStore::load_caps(Loaded& into) {
  std::vector<std::pair<std::string, Bytes>> bad;
  const Status scanned = kv_.scan(kCapPrefix, [&](std::string_view key, ByteView value) {
    const std::string_view rest = key.substr(kCapPrefix.size());
    auto holder = msg::ProcessId::parse(rest.substr(0, rest.find('/')));
    auto cap = decode_cap_row(value);
    if (!holder || !cap) {
      bad.emplace_back(key, Bytes::copy(value));
      return true;
    }
    if (const auto it = into.processes.find(*holder); it != into.processes.end()) {
      it->second.capabilities.insert_or_assign(std::move(cap->cap), std::move(cap->signature));
    }
    return true;
  });
  if (!scanned) return scanned;
  for (const auto& [key, value] : bad) {
    if (auto ok = set_aside(key, value, "not a capability row", into); !ok) return ok;
  }
  return {};
}

Result<ProcessStore::Loaded> ProcessStore::load() {
  Loaded loaded;
  if (auto ok = import_old_map(loaded); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = load_processes(loaded); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = load_caps(loaded); !ok) return std::unexpected(std::move(ok.error()));
  return loaded;
}

}  // namespace kinode::store
