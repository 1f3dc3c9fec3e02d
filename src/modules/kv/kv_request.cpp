// Requests as JSON.
#include <algorithm>
#include <array>
#include <string_view>

#include "base/limits.h"
#include "modules/kv/kv_messages.h"
#include "msg/database_request.h"

namespace kinode::kv {

namespace {

using msg::Json;

/// `{"key":..,"tx_id":..}`
template <class T>
Result<KvAction> read_keyed(const msg::JsonVariant& variant) {
  return msg::read_json_struct<T>(variant, 2, [](msg::StructReader& in, T& out) {
    in.field("key", out.key);
    in.field("tx_id", out.tx_id);
  });
}

template <class T>
Result<KvAction> read_tx(const msg::JsonVariant& variant) {
  return msg::read_json_struct<T>(
      variant, 1, [](msg::StructReader& in, T& out) { in.field("tx_id", out.tx_id); });
}

Result<KvAction> read_get(const msg::JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  if ((*data)->members() != nullptr) {
    return msg::read_json_struct<action::Get>(variant, 1,
                                              [](msg::StructReader& in, action::Get& out) {
                                                in.field("key", out.key);
                                                out.old_form = true;
                                              });
  }
  action::Get out;
  if (auto ok = msg::read_json(**data, out.key); !ok) return fail_in("Get", std::move(ok.error()));
  return out;
}

Result<KvAction> read_get_many(const msg::JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  action::GetMany out;
  if (auto ok = msg::read_json_list(**data, out.keys, limits::kKvPageCountMax); !ok) {
    return fail_in("GetMany", std::move(ok.error()));
  }
  return out;
}

Result<KvAction> read_scan(const msg::JsonVariant& variant) {
  return msg::read_json_struct<action::Scan>(variant, 6,
                                             [](msg::StructReader& in, action::Scan& out) {
                                               std::optional<Bytes> prefix;
                                               std::optional<bool> reverse;
                                               std::optional<std::uint32_t> limit;
                                               std::optional<bool> keys_only;
                                               in.field("prefix", prefix);
                                               in.field("from", out.from);
                                               in.field("after", out.after);
                                               in.field("reverse", reverse);
                                               in.field("limit", limit);
                                               in.field("keys_only", keys_only);
                                               out.prefix = prefix.value_or(Bytes());
                                               out.reverse = reverse.value_or(false);
                                               out.limit = limit.value_or(out.limit);
                                               out.keys_only = keys_only.value_or(false);
                                             });
}

Result<KvAction> read_compare_and_set(const msg::JsonVariant& variant) {
  return msg::read_json_struct<action::CompareAndSet>(
      variant, 2, [](msg::StructReader& in, action::CompareAndSet& out) {
        in.field("key", out.key);
        in.field("expected", out.expected);
      });
}

struct Name {
  std::string_view text;
  Result<KvAction> (*read)(const msg::JsonVariant&);
};

constexpr std::array kNames{
    Name{"Open", msg::read_json_unit<KvAction, action::Open>},
    Name{"RemoveDb", msg::read_json_unit<KvAction, action::RemoveDb>},
    Name{"Set", read_keyed<action::Set>},
    Name{"Delete", read_keyed<action::Delete>},
    Name{"Get", read_get},
    Name{"BeginTx", msg::read_json_unit<KvAction, action::BeginTx>},
    Name{"Commit", read_tx<action::Commit>},
    Name{"Backup", msg::read_json_unit<KvAction, action::Backup>},
    Name{"Abort", read_tx<action::Abort>},
    Name{"GetForUpdate", read_keyed<action::GetForUpdate>},
    Name{"GetMany", read_get_many},
    Name{"Scan", read_scan},
    Name{"CompareAndSet", read_compare_and_set},
};

Result<KvAction> read_action(const Json& value) {
  const auto variant = msg::read_json_variant(value, "an action");
  if (!variant) return std::unexpected(variant.error());
  const auto* name = std::ranges::find(kNames, variant->name, &Name::text);
  if (name == kNames.end()) {
    return msg::unknown_variant(*variant,
                                "one of `Open`, `RemoveDb`, `Set`, `Delete`, `Get`, `BeginTx`, "
                                "`Commit`, `Backup`, `Abort`, `GetForUpdate`, `GetMany`, `Scan`, "
                                "`CompareAndSet`");
  }
  return name->read(*variant);
}

/// Appends an action, one overload per kind.
struct Writer {
  std::string& out;

  void unit(std::string_view name) const { msg::append_json_string(out, name); }

  void operator()(const action::Open&) const { unit("Open"); }
  void operator()(const action::RemoveDb&) const { unit("RemoveDb"); }
  void operator()(const action::BeginTx&) const { unit("BeginTx"); }
  void operator()(const action::Backup&) const { unit("Backup"); }
  void operator()(const action::Set& a) const {
    msg::write_json_struct(out, "Set",
                           [&](auto& o) { o.field("key", a.key).field("tx_id", a.tx_id); });
  }
  void operator()(const action::Delete& a) const {
    msg::write_json_struct(out, "Delete",
                           [&](auto& o) { o.field("key", a.key).field("tx_id", a.tx_id); });
  }
  void operator()(const action::Get& a) const {
    if (a.old_form) {
      msg::write_json_struct(out, "Get", [&](auto& o) { o.field("key", a.key); });
    } else {
      msg::write_json_variant(out, "Get", a.key);
    }
  }
  void operator()(const action::Commit& a) const {
    msg::write_json_struct(out, "Commit", [&](auto& o) { o.field("tx_id", a.tx_id); });
  }
  void operator()(const action::Abort& a) const {
    msg::write_json_struct(out, "Abort", [&](auto& o) { o.field("tx_id", a.tx_id); });
  }
  void operator()(const action::GetForUpdate& a) const {
    msg::write_json_struct(out, "GetForUpdate",
                           [&](auto& o) { o.field("key", a.key).field("tx_id", a.tx_id); });
  }
  void operator()(const action::GetMany& a) const {
    msg::write_json_variant(out, "GetMany", a.keys);
  }
  void operator()(const action::Scan& a) const {
    msg::write_json_struct(out, "Scan", [&](auto& o) {
      o.field("prefix", a.prefix).field("from", a.from).field("after", a.after);
      o.field("reverse", a.reverse).field("limit", a.limit).field("keys_only", a.keys_only);
    });
  }
  void operator()(const action::CompareAndSet& a) const {
    msg::write_json_struct(out, "CompareAndSet",
                           [&](auto& o) { o.field("key", a.key).field("expected", a.expected); });
  }
};

}  // namespace

Result<KvRequest> decode_kv_request(ByteView body) {
  return msg::decode_database_request<KvRequest>(body, "kv request", read_action);
}

std::string encode_kv_request(const KvRequest& request) {
  return msg::encode_database_request(
      request.database, [&](std::string& out) { std::visit(Writer{out}, request.action); });
}

}  // namespace kinode::kv
