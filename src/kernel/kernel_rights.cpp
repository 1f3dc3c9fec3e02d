// Capabilities and what of a process is stored (kernel.md 3.5, 3.10).
#include <algorithm>
#include <fmt/format.h>

#include "kernel/kernel.h"
#include "kernel/process.h"

namespace kinode::kernel {

bool Kernel::persisted(const ProcessRecord& record) const {
  rt::Lock lock(record.mutex);
  return record.on_exit.kind != msg::OnExit::Kind::kNone;
}

msg::PersistedProcess Kernel::row_of(const ProcessRecord& record) const {
  msg::PersistedProcess row;
  {
    rt::Lock lock(record.mutex);
    row.wasm_bytes_handle = record.wasm_bytes_handle;
    row.wit_version = record.wit_version;
    row.on_exit = record.on_exit;
    if (record.phase == Phase::kModule) row.wit_version = 1;
  }
  row.is_public = record.is_public;
  for (auto& held : record.caps.all()) {
    row.capabilities.emplace(std::move(held.cap), std::move(held.signature));
  }
  return row;
}

Status Kernel::persist(const ProcessRecord& record) {
  return rows_.put_process(record.id(), row_of(record));
}

/// In memory. What was new is what remains to be stored.
std::vector<const Grant*> Kernel::hand_over(const std::vector<Grant>& grants) {
  std::vector<const Grant*> fresh;
  bool said = false;
  for (const Grant& grant : grants) {
    const msg::ProcessId& holder = grant.holder->id();
    switch (grant.holder->caps.add(grant.cap, CapTable::Stored::kNotYet)) {
      case CapTable::Added::kNew:
        holders_.add(grant.cap.cap.issuer().process, holder);
        fresh.push_back(&grant);
        break;
      case CapTable::Added::kHeld:
        break;
      case CapTable::Added::kFull:
        if (said) break;
        said = true;
        say(0,
            fmt::format("kernel: {} holds {} capabilities and can hold no more; {} was not granted",
                        holder.text(), grant.holder->caps.size(), printable(grant.cap.cap.text())));
    }
  }
  return fresh;
}

/// All of `grants` together with the row of a `fresh` process, or nothing of it.
Status Kernel::give(const std::vector<Grant>& grants, const ProcessRecord* fresh) {
  // First in memory: a holder that becomes a stored one meanwhile stores all that it holds.
  const auto given = hand_over(grants);
  store::ProcessStore::Grants rows;
  for (const Grant* grant : given) {
    if (persisted(*grant->holder)) rows.push_back({grant->holder->id(), grant->cap});
  }
  const Status stored = fresh != nullptr && persisted(*fresh)
                            ? rows_.put_process(fresh->id(), row_of(*fresh), rows)
                            : rows_.put_grants(rows);
  for (const Grant* grant : given) {
    if (stored) {
      grant->holder->caps.settle(grant->cap.cap);
    } else {
      grant->holder->caps.take_back(grant->cap.cap);
    }
  }
  return stored;
}

Status Kernel::add_caps(ProcessRecord& record, const msg::SignedCaps& caps) {
  if (router_.tap().prints_all() && !caps.empty()) {
    std::vector<msg::Capability> added;
    for (const auto& cap : caps) added.push_back(cap.cap);
    router_.tap().print_caps("add", added, record.id());
  }
  const RecordRef holder = record.shared_from_this();
  std::vector<Grant> grants;
  grants.reserve(caps.size());
  for (const auto& cap : caps) grants.push_back({holder, cap});
  return give(grants);
}

Status Kernel::drop_caps(ProcessRecord& record, const std::vector<msg::Capability>& caps) {
  if (router_.tap().prints_all() && !caps.empty()) {
    router_.tap().print_caps("drop", caps, record.id());
  }
  std::vector<msg::Capability> removed;
  for (const auto& cap : caps) {
    if (record.caps.remove(cap)) removed.push_back(cap);
  }
  return persisted(record) ? rows_.erase_caps(record.id(), removed) : Status();
}

void Kernel::filter_on_exit(const ProcessRecord& record, msg::OnExit& on_exit) const {
  for (auto& entry : on_exit.requests) {
    msg::SignedCaps kept;
    for (auto& attached : entry.request.capabilities) {
      if (attached.cap.issuer() == *record.address) {
        kept.push_back({std::move(attached.cap), {}});
      } else if (auto signature = record.caps.signature(attached.cap)) {
        kept.push_back({std::move(attached.cap), std::move(*signature)});
      }
    }
    entry.request.capabilities = std::move(kept);
  }
}

Status Kernel::set_on_exit(ProcessRecord& record, msg::OnExit on_exit) {
  filter_on_exit(record, on_exit);
  const bool was_stored = persisted(record);
  {
    rt::Lock lock(record.mutex);
    std::swap(record.on_exit, on_exit);
  }
  Status stored;
  if (persisted(record)) {
    stored = persist(record);
  } else if (was_stored) {
    stored = rows_.erase_process(record.id(), record.caps.all());
  }
  if (!stored) {
    rt::Lock lock(record.mutex);
    record.on_exit = std::move(on_exit);
  }
  return stored;
}

bool Kernel::may_read(const ProcessRecord& caller, std::string_view path) const {
  const msg::Address vfs = our(msg::system_process("vfs"));
  if (!caller.caps.can_message(vfs)) return false;
  if (caller.caps.has(msg::Capability(vfs, "{\"root\":true}"))) return true;
  // The drive is the first two parts of the path (io.md 8.2).
  const std::size_t second = path.find('/', 1);
  if (path.empty() || path[0] != '/' || second == std::string_view::npos) return false;
  const std::string drive(path.substr(0, path.find('/', second + 1)));
  return caller.caps.has(
      msg::Capability(vfs, fmt::format("{{\"drive\":\"{}\",\"kind\":\"read\"}}", drive)));
}

void Kernel::read_component(const ProcessRecord& caller, std::string path,
                            std::function<void(Result<Bytes>)> done) {
  if (!may_read(caller, path)) {
    done(fail(Code::kDenied,
              fmt::format("{} lacks the capability to read {}", caller.id().text(), path)));
    return;
  }
  std::weak_ptr<rt::Actor> payer;
  {
    rt::Lock lock(caller.mutex);
    payer = caller.endpoint;
  }
  executor().blocking().submit(
      "read " + path, [this, path, done = std::move(done)] { done(parts_.files->read(path)); },
      payer);
}

void Kernel::compile(RecordRef record,
                     std::function<void(Result<std::shared_ptr<const wasm::Program>>)> done) {
  std::weak_ptr<rt::Actor> payer;
  {
    rt::Lock lock(record->mutex);
    payer = record->spawner;
  }
  executor().blocking().submit(
      "compile " + record->id().text(),
      [this, record, done = std::move(done)]() mutable {
        Bytes wasm;
        std::string handle;
        {
          rt::Lock lock(record->mutex);
          wasm = record->wasm;
          handle = record->wasm_bytes_handle;
        }
        if (wasm.empty() && !handle.empty()) {
          auto read = parts_.files->read(handle);
          if (!read) {
            done(fail_in(fmt::format("couldn't read wasm bytes at {}", handle),
                         std::move(read.error())));
            return;
          }
          wasm = std::move(*read);
        }
        done(parts_.compile(wasm.view()));
      },
      payer);
}

wasm::InstanceSetup Kernel::instance_setup(const ProcessRecord& record) {
  wasm::InstanceSetup setup;
  setup.limits = parts_.instance_limits;
  setup.limits.memory_bytes_max =
      std::min(setup.limits.memory_bytes_max, record.budget.memory_bytes);
  if (parts_.temp_dir) setup.temp_dir = parts_.temp_dir(record.id().package_id());
  return setup;
}

}  // namespace kinode::kernel
