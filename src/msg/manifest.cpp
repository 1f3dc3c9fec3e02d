#include "msg/manifest.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

constexpr std::string_view kWhere = "manifest.json";
constexpr std::string_view kAdvice = "; correct manifest.json in the package and build it again";

/// "entry 2 (main)": people look for the name, programs' authors count.
std::string entry_name(std::size_t position, const Json& value) {
  const Json::Members* members = value.members();
  if (members != nullptr) {
    for (const auto& [key, field] : *members) {
      if (key != "process_name" || field.string() == nullptr) continue;
      return fmt::format("entry {} ({})", position, printable(field.string()->substr(0, 64)));
    }
  }
  return fmt::format("entry {}", position);
}

std::unexpected<Error> with_advice(Error error) {
  error.detail += kAdvice;
  return fail_in(kWhere, std::move(error));
}

Status read_not_empty(const Json& value, std::string& out) {
  if (auto ok = read_json(value, out); !ok) return ok;
  if (!out.empty()) return {};
  return fail(Code::kInvalid, "expected a text that is not empty");
}

}  // namespace

Status read_json(const Json& value, ManifestCap& out) {
  out.params.reset();
  if (value.string() != nullptr) return read_json(value, out.process);
  if (value.members() == nullptr) {
    return json_mismatch("a process id or an object with `process` and `params`", value);
  }
  StructReader in(value, "capability", 2);
  in.field("process", out.process);
  in.field_with("params", [&](const Json& v) -> Status {
    out.params = v.canonical();
    if (out.params->size() <= limits::kCapParamsBytesMax) return {};
    return fail(Code::kInvalid, fmt::format("expected at most {} bytes, found {}",
                                            limits::kCapParamsBytesMax, out.params->size()));
  });
  return std::move(in).finish();
}

void write_json(std::string& out, const ManifestCap& value) {
  if (!value.params) return write_json(out, value.process);
  JsonObject object(out);
  object.field("process", value.process);
  object.key("params") += *value.params;
  object.close();
}

Status read_json(const Json& value, ManifestEntry& out) {
  const auto caps_into = [](std::vector<ManifestCap>& caps) {
    return [&caps](const Json& v) { return read_json_list(v, caps, limits::kCapsPerProcessMax); };
  };
  StructReader in(value, "process", 7);
  in.field_with("process_name", [&](const Json& v) { return read_not_empty(v, out.process_name); });
  in.field_with("process_wasm_path",
                [&](const Json& v) { return read_not_empty(v, out.process_wasm_path); });
  in.field("on_exit", out.on_exit);
  in.field("request_networking", out.request_networking);
  in.field_with("request_capabilities", caps_into(out.request_capabilities));
  in.field_with("grant_capabilities", caps_into(out.grant_capabilities));
  in.field("public", out.is_public);
  return std::move(in).finish();
}

void write_json(std::string& out, const ManifestEntry& value) {
  JsonObject(out)
      .field("process_name", value.process_name)
      .field("process_wasm_path", value.process_wasm_path)
      .field("on_exit", value.on_exit)
      .field("request_networking", value.request_networking)
      .field("request_capabilities", value.request_capabilities)
      .field("grant_capabilities", value.grant_capabilities)
      .field("public", value.is_public)
      .close();
}

Result<std::vector<ManifestEntry>> decode_manifest(ByteView text) {
  if (text.size() > limits::kManifestBytesMax) {
    return with_advice(Error{Code::kInvalid, Remedy::kFixRequest,
                             fmt::format("expected at most {} bytes, found {}",
                                         limits::kManifestBytesMax, text.size())});
  }
  const auto tree = Json::parse(text);
  if (!tree) return with_advice(tree.error());
  if (!tree->is_array()) return with_advice(json_mismatch("an array of processes", *tree).error());
  const std::size_t count = tree->array_size();
  if (count > limits::kManifestProcessesMax) {
    return with_advice(Error{Code::kInvalid, Remedy::kFixRequest,
                             fmt::format("expected at most {} processes, found {}",
                                         limits::kManifestProcessesMax, count)});
  }
  std::vector<ManifestEntry> entries(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Json entry = tree->element(i);
    if (auto ok = read_json(entry, entries[i]); !ok) {
      return with_advice(std::move(ok.error()).in(entry_name(i, entry)));
    }
  }
  return entries;
}

std::string encode_manifest(const std::vector<ManifestEntry>& entries) {
  std::string out;
  write_json(out, entries);
  return out;
}

std::string manifest_cap_params(const ManifestCap& cap) {
  return cap.params ? *cap.params : std::string(kMessagingParams);
}

}  // namespace kinode::msg
