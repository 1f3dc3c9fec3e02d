#include <fmt/format.h>

#include "base/limits.h"
#include "msg/json_kernel.h"
#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

using namespace command;

constexpr std::string_view kCommandNames =
    "`Booted`, `InitializeProcess`, `GrantCapabilities`, `DropCapabilities`, `SetOnExit`, "
    "`RunProcess`, `KillProcess`, `Shutdown` or `Debug`";

Status read_caps(const Json& value, std::vector<Capability>& out) {
  return read_json_list(value, out, limits::kCapsPerProcessMax);
}

/// Makes the fields of command `T` readable: one overload per command with a value.
Status read_fields(const Json& value, InitializeProcess& out) {
  StructReader in(value, "InitializeProcess", 6);
  in.field("id", out.id);
  in.field("wasm_bytes_handle", out.wasm_bytes_handle);
  in.field("wit_version", out.wit_version);
  in.field("on_exit", out.on_exit);
  in.field_with("initial_capabilities",
                [&](const Json& v) { return read_caps(v, out.initial_capabilities); });
  in.field("public", out.is_public);
  return std::move(in).finish();
}

/// `{"target": .., "capabilities": [..]}`, the content of two commands.
template <class T>
Status read_target_and_caps(const Json& value, std::string_view type, T& out) {
  StructReader in(value, type, 2);
  in.field("target", out.target);
  in.field_with("capabilities", [&](const Json& v) { return read_caps(v, out.capabilities); });
  return std::move(in).finish();
}

Status read_fields(const Json& value, GrantCapabilities& out) {
  return read_target_and_caps(value, "GrantCapabilities", out);
}

Status read_fields(const Json& value, DropCapabilities& out) {
  return read_target_and_caps(value, "DropCapabilities", out);
}

Status read_fields(const Json& value, SetOnExit& out) {
  StructReader in(value, "SetOnExit", 2);
  in.field("target", out.target);
  in.field("on_exit", out.on_exit);
  return std::move(in).finish();
}

Status read_process(const Json& value, std::string_view type, ProcessId& out) {
  if (auto ok = read_json(value, out); !ok) return fail_in(type, std::move(ok.error()));
  return {};
}

Status read_fields(const Json& value, RunProcess& out) {
  return read_process(value, "RunProcess", out.id);
}

Status read_fields(const Json& value, KillProcess& out) {
  return read_process(value, "KillProcess", out.id);
}

Status read_fields(const Json& value, DebugProcess& out) {
  return read_process(value, "Debug: Process", out.id);
}

Status read_fields(const Json& value, DebugHasCap& out) {
  StructReader in(value, "Debug: HasCap", 2);
  in.field("on", out.on);
  in.field("cap", out.cap);
  return std::move(in).finish();
}

template <class T>
Result<KernelCommand> read_command(const JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  T out;
  if (auto ok = read_fields(**data, out); !ok) return std::unexpected(std::move(ok.error()));
  return KernelCommand(std::move(out));
}

template <class T>
Result<KernelCommand> unit_command(const JsonVariant& variant) {
  if (auto ok = variant.unit(); !ok) return std::unexpected(std::move(ok.error()));
  return KernelCommand(T{});
}

Result<KernelCommand> read_debug(const Json& value) {
  const auto variant = read_json_variant(value, "Debug");
  if (!variant) return std::unexpected(variant.error());
  if (variant->name == "ProcessMap") return unit_command<DebugProcessMap>(*variant);
  if (variant->name == "Process") return read_command<DebugProcess>(*variant);
  if (variant->name == "HasCap") return read_command<DebugHasCap>(*variant);
  if (variant->name == "Counters") return unit_command<DebugCounters>(*variant);
  return fail_in(
      "Debug",
      unknown_variant(*variant, "`ProcessMap`, `Process`, `HasCap` or `Counters`").error());
}

Result<KernelCommand> read_kernel_command(const Json& value) {
  const auto variant = read_json_variant(value, "a command");
  if (!variant) return std::unexpected(variant.error());
  const std::string_view name = variant->name;
  if (name == "Booted") return unit_command<Booted>(*variant);
  if (name == "Shutdown") return unit_command<Shutdown>(*variant);
  if (name == "InitializeProcess") return read_command<InitializeProcess>(*variant);
  if (name == "GrantCapabilities") return read_command<GrantCapabilities>(*variant);
  if (name == "DropCapabilities") return read_command<DropCapabilities>(*variant);
  if (name == "SetOnExit") return read_command<SetOnExit>(*variant);
  if (name == "RunProcess") return read_command<RunProcess>(*variant);
  if (name == "KillProcess") return read_command<KillProcess>(*variant);
  if (name == "Debug") {
    const auto data = variant->data();
    if (!data) return std::unexpected(data.error());
    return read_debug(**data);
  }
  return unknown_variant(*variant, kCommandNames);
}

/// Appends one command; an overload per alternative.
struct Write {
  std::string& out;

  void operator()(const Booted&) const { append_json_string(out, "Booted"); }
  void operator()(const Shutdown&) const { append_json_string(out, "Shutdown"); }
  void operator()(const InitializeProcess& c) const {
    JsonObject wrapper(out);
    JsonObject(wrapper.key("InitializeProcess"))
        .field("id", c.id)
        .field("wasm_bytes_handle", c.wasm_bytes_handle)
        .field("wit_version", c.wit_version)
        .field("on_exit", c.on_exit)
        .field("initial_capabilities", c.initial_capabilities)
        .field("public", c.is_public)
        .close();
    wrapper.close();
  }
  void operator()(const GrantCapabilities& c) const { target_and_caps("GrantCapabilities", c); }
  void operator()(const DropCapabilities& c) const { target_and_caps("DropCapabilities", c); }
  void operator()(const SetOnExit& c) const {
    JsonObject wrapper(out);
    JsonObject(wrapper.key("SetOnExit"))
        .field("target", c.target)
        .field("on_exit", c.on_exit)
        .close();
    wrapper.close();
  }
  void operator()(const RunProcess& c) const { write_json_variant(out, "RunProcess", c.id); }
  void operator()(const KillProcess& c) const { write_json_variant(out, "KillProcess", c.id); }
  void operator()(const DebugProcessMap&) const {
    JsonObject(out).field("Debug", std::string_view("ProcessMap")).close();
  }
  void operator()(const DebugCounters&) const {
    JsonObject(out).field("Debug", std::string_view("Counters")).close();
  }
  void operator()(const DebugProcess& c) const {
    JsonObject wrapper(out);
    write_json_variant(wrapper.key("Debug"), "Process", c.id);
    wrapper.close();
  }
  void operator()(const DebugHasCap& c) const {
    out += "{\"Debug\":{\"HasCap\":";
    JsonObject(out).field("on", c.on).field("cap", c.cap).close();
    out += "}}";
  }

  template <class T>
  void target_and_caps(std::string_view name, const T& c) const {
    JsonObject wrapper(out);
    JsonObject(wrapper.key(name))
        .field("target", c.target)
        .field("capabilities", c.capabilities)
        .close();
    wrapper.close();
  }
};

}  // namespace

Result<KernelCommand> decode_kernel_command(ByteView body) {
  return decode_json(body, "kernel command", read_kernel_command);
}

std::string encode_kernel_command(const KernelCommand& command) {
  std::string out;
  std::visit(Write{out}, command);
  return out;
}

}  // namespace kinode::msg
