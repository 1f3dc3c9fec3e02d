#include "msg/identity.h"

#include "msg/json_writer.h"

namespace kinode::msg {

Identity identity_from(KnsUpdate update) {
  Identity out;
  out.name = std::move(update.name);
  out.networking_key = std::move(update.public_key);
  if (update.ips.empty()) {
    out.routing = routing::Routers{std::move(update.routers)};
  } else {
    out.routing = routing::Direct{std::move(update.ips.front()), std::move(update.ports)};
  }
  return out;
}

Status read_json(const Json& value, Ports& out) {
  const Json::Members* members = value.members();
  if (members == nullptr) return json_mismatch("an object of protocol names and ports", value);
  out.clear();
  for (const auto& [name, port] : *members) {
    if (auto ok = read_json(port, out[name]); !ok) {
      return fail_in(printable(name), std::move(ok.error()));
    }
  }
  return {};
}

Status read_json(const Json& value, NodeRouting& out) {
  const auto variant = read_json_variant(value, "NodeRouting");
  if (!variant) return std::unexpected(variant.error());
  const std::string_view name = variant->name;
  if (name != "Routers" && name != "Direct" && name != "Both") {
    return unknown_variant(*variant, "`Routers`, `Direct` or `Both`");
  }
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  if (name == "Routers") return read_json(**data, out.emplace<routing::Routers>().routers);
  if (name == "Direct") {
    auto& direct = out.emplace<routing::Direct>();
    StructReader in(**data, "Direct", 2);
    in.field("ip", direct.ip);
    in.field("ports", direct.ports);
    return std::move(in).finish();
  }
  auto& both = out.emplace<routing::Both>();
  StructReader in(**data, "Both", 3);
  in.field("ip", both.ip);
  in.field("ports", both.ports);
  in.field("routers", both.routers);
  return std::move(in).finish();
}

Status read_json(const Json& value, Identity& out) {
  StructReader in(value, "Identity", 3);
  in.field("name", out.name);
  in.field("networking_key", out.networking_key);
  in.field("routing", out.routing);
  return std::move(in).finish();
}

Status read_json(const Json& value, KnsUpdate& out) {
  StructReader in(value, "KnsUpdate", 5);
  in.field("name", out.name);
  in.field("public_key", out.public_key);
  in.field("ips", out.ips);
  in.field("ports", out.ports);
  in.field("routers", out.routers);
  return std::move(in).finish();
}

void write_json(std::string& out, const Ports& value) {
  JsonObject object(out);
  for (const auto& [name, port] : value) object.field(name, port);
  object.close();
}

void write_json(std::string& out, const NodeRouting& value) {
  JsonObject wrapper(out);
  if (const auto* routers = std::get_if<routing::Routers>(&value)) {
    wrapper.field("Routers", routers->routers);
  } else if (const auto* direct = std::get_if<routing::Direct>(&value)) {
    JsonObject fields(wrapper.key("Direct"));
    fields.field("ip", direct->ip);
    write_json(fields.key("ports"), direct->ports);
    fields.close();
  } else if (const auto* both = std::get_if<routing::Both>(&value)) {
    JsonObject fields(wrapper.key("Both"));
    fields.field("ip", both->ip);
    write_json(fields.key("ports"), both->ports);
    fields.field("routers", both->routers).close();
  }
  wrapper.close();
}

void write_json(std::string& out, const Identity& value) {
  JsonObject object(out);
  object.field("name", value.name).field("networking_key", value.networking_key);
  write_json(object.key("routing"), value.routing);
  object.close();
}

void write_json(std::string& out, const KnsUpdate& value) {
  JsonObject object(out);
  object.field("name", value.name).field("public_key", value.public_key).field("ips", value.ips);
  write_json(object.key("ports"), value.ports);
  object.field("routers", value.routers).close();
}

}  // namespace kinode::msg
