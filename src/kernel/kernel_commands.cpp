// The kernel's own messages (kernel.md 1.8, 3.6).
#include <fmt/format.h>

#include "kernel/kernel.h"
#include "kernel/old_world.h"
#include "kernel/process.h"
#include "msg/json_kernel.h"
#include "msg/old_names.h"
#include "port/answer.h"

namespace kinode::kernel {

namespace {

/// The original's literal: a kill with this metadata leaves what the process issued with its
/// holders.
constexpr std::string_view kNoRevoke = "no-revoke";

}  // namespace

void Kernel::answer(const msg::Envelope& request, msg::KernelAnswer body) {
  const msg::Address& asker = request.rsvp ? *request.rsvp : *request.source;
  const RecordRef record = router_.is_ours(asker.node) ? table_.find(asker.process) : nullptr;
  if (record && speaks_old(*record)) msg::rename(body, msg::Naming::kOld);
  msg::EnvelopeRef out =
      port::answer_to(request, self_->address,
                      {Bytes::copy(msg::encode_kernel_answer(body)), std::nullopt, nullptr});
  const TargetView target = target_view(*out->target);
  const Route route = router_.resolve(*self_, target);
  if (route.endpoint) {
    router_.deliver(*route.endpoint, out);
  } else {
    router_.explain(*self_, target, route);
  }
}

void Kernel::execute(const msg::EnvelopeRef& envelope) {
  const msg::Request* request = envelope->request();
  if (request == nullptr) return;  // answers to the kernel are ignored
  if (!router_.is_ours(envelope->source->node)) return;
  auto command = msg::decode_kernel_command(request->body.view());
  if (!command) {
    say(0, fmt::format("kernel: couldn't parse command: {}", printable(command.error().detail)));
    return;
  }
  // Programs of Kinode up to 0.9, and those who write for them, use its names.
  msg::rename(*command, msg::Naming::kCurrent);
  do_command(*envelope, *command);
}

void Kernel::do_command(const msg::Envelope& envelope, const msg::KernelCommand& command) {
  using namespace msg::command;
  if (const auto* c = std::get_if<InitializeProcess>(&command)) {
    do_initialize(envelope, *c);
  } else if (const auto* grant = std::get_if<GrantCapabilities>(&command)) {
    // Applied here and now: the next command finds it done (fault 41).
    if (const RecordRef record = table_.find(grant->target)) {
      msg::SignedCaps caps;
      for (const auto& cap : grant->capabilities) caps.push_back({cap, {}});
      complain("could not store a grant", add_caps(*record, caps));
    }
  } else if (const auto* drop = std::get_if<DropCapabilities>(&command)) {
    if (const RecordRef record = table_.find(drop->target)) {
      complain("could not store a revocation", drop_caps(*record, drop->capabilities));
    }
  } else if (const auto* on_exit = std::get_if<SetOnExit>(&command)) {
    const RecordRef record = table_.find(on_exit->target);
    if (record) {
      complain("could not store on-exit behavior", set_on_exit(*record, on_exit->on_exit));
    }
  } else if (const auto* run_process = std::get_if<RunProcess>(&command)) {
    do_run(envelope, run_process->id);
  } else if (const auto* kill_process = std::get_if<KillProcess>(&command)) {
    do_kill(envelope, kill_process->id);
  } else if (std::holds_alternative<Shutdown>(command)) {
    if (parts_.on_shutdown) parts_.on_shutdown();
  } else if (!std::holds_alternative<Booted>(command)) {
    do_debug(envelope, command);
  }
}

void Kernel::do_initialize(const msg::Envelope& envelope,
                           const msg::command::InitializeProcess& command) {
  const auto refuse = [&](const std::string& why) {
    say(0, "kernel: " + why);
    answer(envelope, msg::answer::InitializeProcessError{});
  };
  if (!envelope.blob) return refuse("process startup requires bytes");
  if (envelope.blob->bytes.size() > limits::kComponentBytesMax) {
    return refuse(
        fmt::format("error initializing process: a component of {} bytes is too large, {} are "
                    "allowed",
                    envelope.blob->bytes.size(), limits::kComponentBytesMax));
  }
  const RecordRef source = table_.find(envelope.source->process);
  NewProcess process;
  process.id = command.id;
  process.wasm_bytes_handle = command.wasm_bytes_handle;
  process.wit_version = command.wit_version;
  process.on_exit = command.on_exit;
  process.is_public = command.is_public;
  process.wasm = envelope.blob->bytes;
  for (const auto& cap : command.initial_capabilities) {
    if (source == self_) {
      process.caps.push_back({cap, {}});
    } else if (auto signature = source ? source->caps.signature(cap) : std::nullopt) {
      process.caps.push_back({cap, std::move(*signature)});
    } else {
      say(0, fmt::format("kernel: InitializeProcess caller {} doesn't have capability {}",
                         envelope.source->process.text(), printable(cap.text())));
    }
  }
  std::vector<Grant> grants;
  if (source && source != self_) {
    grants.push_back({source, {msg::messaging_cap(our(command.id)), {}}});
  }
  const auto record = initialize(std::move(process), grants);
  if (!record) return refuse("error initializing process: " + printable(record.error().detail));
  answer(envelope, msg::answer::InitializedProcess{});
}

void Kernel::do_run(const msg::Envelope& envelope, const msg::ProcessId& id) {
  const RecordRef record = table_.find(id);
  bool is_guest = false;
  if (record) {
    rt::Lock lock(record->mutex);
    is_guest = record->phase != Phase::kModule;
  }
  if (!is_guest) {
    say(0, fmt::format("kernel: no such process {} to run", printable(id.text())));
    return answer(envelope, msg::answer::RunProcessError{});
  }
  run(*record);
  answer(envelope, msg::answer::StartedProcess{});
}

void Kernel::do_kill(const msg::Envelope& envelope, const msg::ProcessId& id) {
  const msg::Request& request = *envelope.request();
  const RecordRef record = table_.find(id);
  const Revoke revoke = request.metadata == kNoRevoke ? Revoke::kNo : Revoke::kYes;
  const Killed killed = record ? kill(record, revoke) : Killed::kIsModule;
  if (killed == Killed::kIsModule) {
    say(2, fmt::format("kernel: no such process {} to kill", printable(id.text())));
    return;
  }
  say(request.expects_response ? 0 : 2, fmt::format("kernel: killing process {}", id.text()));
  // An answer says that it stays dead.
  if (request.expects_response && killed == Killed::kGone) {
    answer(envelope, msg::answer::KilledProcess{id});
  }
}

msg::answer::Counters Kernel::counters_of(const ProcessRecord& record) {
  std::shared_ptr<Endpoint> endpoint;
  bool is_guest = false;
  {
    rt::Lock lock(record.mutex);
    endpoint = record.endpoint;
    is_guest = record.phase != Phase::kModule;
  }
  msg::answer::Counters out;
  out.children = record.children->load();
  if (!endpoint) return out;
  out.queue_count = endpoint->mailbox().size();
  out.queue_bytes = endpoint->mailbox().bytes();
  if (!is_guest) return out;
  const ProcessCounters& counters = static_cast<Process&>(*endpoint).counters();
  out.cpu_ns = counters.cpu_ns.load();
  out.memory_bytes = counters.memory_bytes.load();
  out.outstanding = endpoint->answers_expected.load();
  out.sent_count = counters.sent.load();
  out.sent_bytes = counters.sent_bytes.load();
  out.received_count = counters.received.load();
  out.received_bytes = counters.received_bytes.load();
  out.refused = counters.refused.load();
  return out;
}

void Kernel::do_debug(const msg::Envelope& envelope, const msg::KernelCommand& command) {
  using namespace msg::command;
  if (std::holds_alternative<DebugProcessMap>(command)) {
    msg::answer::DebugProcessMap out;
    for (const auto& record : table_.all()) out.processes.emplace(record->id(), row_of(*record));
    answer(envelope, std::move(out));
  } else if (const auto* one = std::get_if<DebugProcess>(&command)) {
    msg::answer::DebugProcess out;
    if (const RecordRef record = table_.find(one->id)) out.process = row_of(*record);
    answer(envelope, std::move(out));
  } else if (const auto* has = std::get_if<DebugHasCap>(&command)) {
    msg::answer::DebugHasCap out;
    if (const RecordRef record = table_.find(has->on)) out.has = record->caps.has(has->cap);
    answer(envelope, out);
  } else if (std::holds_alternative<DebugCounters>(command)) {
    msg::answer::DebugCounters out;
    for (const auto& record : table_.all())
      out.processes.emplace(record->id(), counters_of(*record));
    answer(envelope, std::move(out));
  }
}

}  // namespace kinode::kernel
