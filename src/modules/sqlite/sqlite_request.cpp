// Requests as JSON.
#include <algorithm>
#include <array>
#include <string_view>

#include "modules/sqlite/sqlite_messages.h"
#include "msg/database_request.h"

namespace kinode::sqlite {

namespace {

using msg::Json;

template <class T>
Result<SqliteAction> read_tx(const msg::JsonVariant& variant) {
  return msg::read_json_struct<T>(
      variant, 1, [](msg::StructReader& in, T& out) { in.field("tx_id", out.tx_id); });
}

Result<SqliteAction> read_write(const msg::JsonVariant& variant) {
  return msg::read_json_struct<action::Write>(variant, 2,
                                              [](msg::StructReader& in, action::Write& out) {
                                                in.field("statement", out.statement);
                                                in.field("tx_id", out.tx_id);
                                              });
}

Result<SqliteAction> read_query(const msg::JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  action::Query out;
  out.columnar = variant.name == "QueryColumns";
  if (auto ok = msg::read_json(**data, out.statement); !ok) {
    return fail_in(variant.name, std::move(ok.error()));
  }
  return out;
}

Result<SqliteAction> read_old_read(const msg::JsonVariant& variant) {
  return msg::read_json_struct<action::Query>(
      variant, 1,
      [](msg::StructReader& in, action::Query& out) { in.field("query", out.statement); });
}

struct Name {
  std::string_view text;
  Result<SqliteAction> (*read)(const msg::JsonVariant&);
};

constexpr std::array kNames{
    Name{"Open", msg::read_json_unit<SqliteAction, action::Open>},
    Name{"RemoveDb", msg::read_json_unit<SqliteAction, action::RemoveDb>},
    Name{"Write", read_write},
    Name{"Query", read_query},
    Name{"QueryColumns", read_query},
    Name{"Read", read_old_read},
    Name{"BeginTx", msg::read_json_unit<SqliteAction, action::BeginTx>},
    Name{"Commit", read_tx<action::Commit>},
    Name{"Backup", msg::read_json_unit<SqliteAction, action::Backup>},
    Name{"Abort", read_tx<action::Abort>},
};

Result<SqliteAction> read_action(const Json& value) {
  const auto variant = msg::read_json_variant(value, "an action");
  if (!variant) return std::unexpected(variant.error());
  const auto* name = std::ranges::find(kNames, variant->name, &Name::text);
  if (name == kNames.end()) {
    return msg::unknown_variant(*variant,
                                "one of `Open`, `RemoveDb`, `Write`, `Query`, `QueryColumns`, "
                                "`Read`, `BeginTx`, `Commit`, `Backup`, `Abort`");
  }
  return name->read(*variant);
}

struct Writer {
  std::string& out;

  void unit(std::string_view name) const { msg::append_json_string(out, name); }
  void tx(std::string_view name, std::uint64_t tx_id) const {
    msg::write_json_struct(out, name, [&](auto& o) { o.field("tx_id", tx_id); });
  }

  void operator()(const action::Open&) const { unit("Open"); }
  void operator()(const action::RemoveDb&) const { unit("RemoveDb"); }
  void operator()(const action::BeginTx&) const { unit("BeginTx"); }
  void operator()(const action::Backup&) const { unit("Backup"); }
  void operator()(const action::Commit& a) const { tx("Commit", a.tx_id); }
  void operator()(const action::Abort& a) const { tx("Abort", a.tx_id); }
  void operator()(const action::Query& a) const {
    msg::write_json_variant(out, a.columnar ? "QueryColumns" : "Query", a.statement);
  }
  void operator()(const action::Write& a) const {
    msg::write_json_struct(
        out, "Write", [&](auto& o) { o.field("statement", a.statement).field("tx_id", a.tx_id); });
  }
};

}  // namespace

Result<SqliteRequest> decode_sqlite_request(ByteView body) {
  return msg::decode_database_request<SqliteRequest>(body, "sqlite request", read_action);
}

std::string encode_sqlite_request(const SqliteRequest& request) {
  return msg::encode_database_request(
      request.database, [&](std::string& out) { std::visit(Writer{out}, request.action); });
}

}  // namespace kinode::sqlite
