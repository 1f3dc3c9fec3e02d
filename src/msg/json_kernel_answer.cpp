#include <algorithm>

#include "base/limits.h"
#include "msg/json_kernel.h"
#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

using namespace answer;

Status read_process_map(const Json& value, ProcessMap& out) {
  const Json::Members* members = value.members();
  if (members == nullptr) return json_mismatch("an object of processes", value);
  for (const auto& [name, process] : *members) {
    auto id = ProcessId::parse(name);
    if (!id) return std::unexpected(std::move(id.error()));
    auto ok = read_json(process, out[std::move(*id)]);
    if (!ok) return fail_in(printable(name), std::move(ok.error()));
  }
  return {};
}

Status read_counters(const Json& value, Counters& out) {
  StructReader in(value, "Counters", 11);
  in.field("cpu_ns", out.cpu_ns);
  in.field("memory_bytes", out.memory_bytes);
  in.field("queue_count", out.queue_count);
  in.field("queue_bytes", out.queue_bytes);
  in.field("outstanding", out.outstanding);
  in.field("sent_count", out.sent_count);
  in.field("sent_bytes", out.sent_bytes);
  in.field("received_count", out.received_count);
  in.field("received_bytes", out.received_bytes);
  in.field("refused", out.refused);
  in.field("children", out.children);
  return std::move(in).finish();
}

Status read_counters(const Json& value, DebugCounters& out) {
  const Json::Members* members = value.members();
  if (members == nullptr) return json_mismatch("an object of processes", value);
  for (const auto& [name, counters] : *members) {
    auto id = ProcessId::parse(name);
    if (!id) return std::unexpected(std::move(id.error()));
    auto ok = read_counters(counters, out.processes[std::move(*id)]);
    if (!ok) return fail_in(printable(name), std::move(ok.error()));
  }
  return {};
}

template <class T>
Result<KernelAnswer> with(T answer, Status read) {
  if (!read) return std::unexpected(std::move(read.error()));
  return KernelAnswer(std::move(answer));
}

Result<KernelAnswer> read_debug_answer(const Json& value) {
  const auto variant = read_json_variant(value, "Debug");
  if (!variant) return std::unexpected(variant.error());
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  if (variant->name == "ProcessMap") {
    DebugProcessMap out;
    auto read = read_process_map(**data, out.processes);
    return with(std::move(out), std::move(read));
  }
  if (variant->name == "Process") {
    DebugProcess out;
    auto read = read_json(**data, out.process);
    return with(std::move(out), std::move(read));
  }
  if (variant->name == "HasCap") {
    DebugHasCap out;
    auto read = read_json(**data, out.has);
    return with(out, std::move(read));
  }
  if (variant->name == "Counters") {
    DebugCounters out;
    auto read = read_counters(**data, out);
    return with(std::move(out), std::move(read));
  }
  return unknown_variant(*variant, "`ProcessMap`, `Process`, `HasCap` or `Counters`");
}

Result<KernelAnswer> read_answer(const Json& value) {
  const auto variant = read_json_variant(value, "an answer");
  if (!variant) return std::unexpected(variant.error());
  const std::string_view name = variant->name;
  if (name == "InitializedProcess") return with(InitializedProcess{}, variant->unit());
  if (name == "InitializeProcessError") return with(InitializeProcessError{}, variant->unit());
  if (name == "StartedProcess") return with(StartedProcess{}, variant->unit());
  if (name == "RunProcessError") return with(RunProcessError{}, variant->unit());
  if (name != "KilledProcess" && name != "Debug") {
    return unknown_variant(*variant,
                           "`InitializedProcess`, `InitializeProcessError`, `StartedProcess`, "
                           "`RunProcessError`, `KilledProcess` or `Debug`");
  }
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  if (name == "Debug") return read_debug_answer(**data);
  KilledProcess out;
  auto read = read_json(**data, out.id);
  return with(std::move(out), std::move(read));
}

/// Appends one answer; an overload per alternative.
struct Write {
  std::string& out;

  void operator()(const InitializedProcess&) const {
    append_json_string(out, "InitializedProcess");
  }
  void operator()(const InitializeProcessError&) const {
    append_json_string(out, "InitializeProcessError");
  }
  void operator()(const StartedProcess&) const { append_json_string(out, "StartedProcess"); }
  void operator()(const RunProcessError&) const { append_json_string(out, "RunProcessError"); }
  void operator()(const KilledProcess& a) const { write_json_variant(out, "KilledProcess", a.id); }
  void operator()(const DebugProcessMap& a) const {
    std::vector<const ProcessMap::value_type*> rows;
    rows.reserve(a.processes.size());
    for (const auto& row : a.processes) rows.push_back(&row);
    std::ranges::sort(rows, {}, [](const auto* row) -> const ProcessId& { return row->first; });
    out += "{\"Debug\":{\"ProcessMap\":";
    JsonObject map(out);
    for (const auto* row : rows) map.field(row->first.text(), row->second);
    map.close();
    out += "}}";
  }
  void operator()(const DebugProcess& a) const { debug("Process", a.process); }
  void operator()(const DebugHasCap& a) const { debug("HasCap", a.has); }
  void operator()(const DebugCounters& a) const {
    out += "{\"Debug\":{\"Counters\":";
    JsonObject map(out);
    for (const auto& [id, counters] : a.processes) write(map.key(id.text()), counters);
    map.close();
    out += "}}";
  }

  static void write(std::string& out, const Counters& c) {
    JsonObject(out)
        .field("cpu_ns", c.cpu_ns)
        .field("memory_bytes", c.memory_bytes)
        .field("queue_count", c.queue_count)
        .field("queue_bytes", c.queue_bytes)
        .field("outstanding", c.outstanding)
        .field("sent_count", c.sent_count)
        .field("sent_bytes", c.sent_bytes)
        .field("received_count", c.received_count)
        .field("received_bytes", c.received_bytes)
        .field("refused", c.refused)
        .field("children", c.children)
        .close();
  }

  template <class T>
  void debug(std::string_view name, const T& value) const {
    JsonObject wrapper(out);
    write_json_variant(wrapper.key("Debug"), name, value);
    wrapper.close();
  }
};

}  // namespace

void write_json(std::string& out, const PersistedProcess& value) {
  std::vector<Capability> caps;
  caps.reserve(value.capabilities.size());
  for (const auto& [cap, signature] : value.capabilities) caps.push_back(cap);
  std::ranges::sort(caps);
  JsonObject(out)
      .field("wasm_bytes_handle", value.wasm_bytes_handle)
      .field("wit_version", value.wit_version)
      .field("on_exit", value.on_exit)
      .field("capabilities", caps)
      .field("public", value.is_public)
      .close();
}

Status read_json(const Json& value, PersistedProcess& out) {
  std::vector<Capability> caps;
  StructReader in(value, "PersistedProcess", 5);
  in.field("wasm_bytes_handle", out.wasm_bytes_handle);
  in.field("wit_version", out.wit_version);
  in.field("on_exit", out.on_exit);
  in.field_with("capabilities",
                [&](const Json& v) { return read_json_list(v, caps, limits::kCapsPerProcessMax); });
  in.field("public", out.is_public);
  out.capabilities.clear();
  for (Capability& cap : caps) out.capabilities.try_emplace(std::move(cap));
  return std::move(in).finish();
}

std::string encode_kernel_answer(const KernelAnswer& answer) {
  std::string out;
  std::visit(Write{out}, answer);
  return out;
}

Result<KernelAnswer> decode_kernel_answer(ByteView body) {
  return decode_json(body, "kernel answer", read_answer);
}

}  // namespace kinode::msg
