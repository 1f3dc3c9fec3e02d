// Requests as JSON.
#include <algorithm>
#include <array>
#include <string_view>

#include "modules/sqlite/sqlite_messages.h"
#include "msg/json_message.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::sqlite {

namespace {

using msg::Json;

template <class T>
Result<SqliteAction> read_unit(const msg::JsonVariant& variant) {
  if (auto ok = variant.unit(); !ok) return std::unexpected(std::move(ok.error()));
  return T{};
}

template <class T>
Result<SqliteAction> read_tx(const msg::JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  T out;
  msg::StructReader in(**data, variant.name, 1);
  in.field("tx_id", out.tx_id);
  if (auto ok = std::move(in).finish(); !ok) return fail_in(variant.name, std::move(ok.error()));
  return out;
}

Result<SqliteAction> read_write(const msg::JsonVariant& variant) {
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  action::Write out;
  msg::StructReader in(**data, variant.name, 2);
  in.field("statement", out.statement);
  in.field("tx_id", out.tx_id);
  if (auto ok = std::move(in).finish(); !ok) return fail_in(variant.name, std::move(ok.error()));
  return out;
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
  const auto data = variant.data();
  if (!data) return std::unexpected(data.error());
  action::Query out;
  msg::StructReader in(**data, variant.name, 1);
  in.field("query", out.statement);
  if (auto ok = std::move(in).finish(); !ok) return fail_in(variant.name, std::move(ok.error()));
  return out;
}

struct Name {
  std::string_view text;
  Result<SqliteAction> (*read)(const msg::JsonVariant&);
};

constexpr std::array kNames{
    Name{"Open", read_unit<action::Open>},
    Name{"RemoveDb", read_unit<action::RemoveDb>},
    Name{"Write", read_write},
    Name{"Query", read_query},
    Name{"QueryColumns", read_query},
    Name{"Read", read_old_read},
    Name{"BeginTx", read_unit<action::BeginTx>},
    Name{"Commit", read_tx<action::Commit>},
    Name{"Backup", read_unit<action::Backup>},
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
    msg::JsonObject wrapper(out);
    msg::JsonObject(wrapper.key(name)).field("tx_id", tx_id).close();
    wrapper.close();
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
    msg::JsonObject wrapper(out);
    msg::JsonObject(wrapper.key("Write"))
        .field("statement", a.statement)
        .field("tx_id", a.tx_id)
        .close();
    wrapper.close();
  }
};

}  // namespace

Result<SqliteRequest> decode_sqlite_request(ByteView body) {
  return msg::decode_json<SqliteRequest>(
      body, "sqlite request", [](const Json& tree) -> Result<SqliteRequest> {
        SqliteRequest out;
        msg::StructReader in(tree, "request", 3);
        in.field("package_id", out.database.package);
        in.field("db", out.database.db);
        in.field_with("action", [&](const Json& value) -> Status {
          auto action = read_action(value);
          if (!action) return std::unexpected(std::move(action.error()));
          out.action = std::move(*action);
          return {};
        });
        if (auto ok = std::move(in).finish(); !ok) return std::unexpected(std::move(ok.error()));
        return out;
      });
}

std::string encode_sqlite_request(const SqliteRequest& request) {
  std::string out;
  msg::JsonObject object(out);
  object.field("package_id", request.database.package).field("db", request.database.db);
  std::visit(Writer{object.key("action")}, request.action);
  object.close();
  return out;
}

}  // namespace kinode::sqlite
