// Answers as JSON.
#include <string_view>

#include "modules/sqlite/sqlite_messages.h"
#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::sqlite {

namespace {

using Kind = SqliteError::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kNoDb:
      return "NoDb";
    case Kind::kNoTx:
      return "NoTx";
    case Kind::kNoWriteCap:
      return "NoWriteCap";
    case Kind::kNoReadCap:
      return "NoReadCap";
    case Kind::kMismatchingPackageId:
      return "MismatchingPackageId";
    case Kind::kAddCapFailed:
      return "AddCapFailed";
    case Kind::kNotAWriteKeyword:
      return "NotAWriteKeyword";
    case Kind::kNotAReadKeyword:
      return "NotAReadKeyword";
    case Kind::kInvalidParameters:
      return "InvalidParameters";
    case Kind::kMalformedRequest:
      return "MalformedRequest";
    case Kind::kRusqlite:
      return "RusqliteError";
    case Kind::kIo:
      return "IOError";
  }
  return "MalformedRequest";
}

void write_error(std::string& out, const SqliteError& error) {
  const std::string_view name = name_of(error.kind);
  switch (error.kind) {
    case Kind::kNoDb:
      return msg::write_json_variant(out, name, error.database);
    case Kind::kNoTx:
      return msg::write_json_variant(out, name, error.tx_id);
    case Kind::kRusqlite:
    case Kind::kIo:
      return msg::write_json_variant(out, name, error.text);
    default:
      return msg::append_json_string(out, name);
  }
}

}  // namespace

std::string encode_sqlite_ok() { return "\"Ok\""; }

std::string encode_sqlite_read() { return "\"Read\""; }

std::string encode_sqlite_begin_tx(std::uint64_t tx_id) {
  std::string out;
  msg::write_json_struct(out, "BeginTx", [&](auto& o) { o.field("tx_id", tx_id); });
  return out;
}

std::string encode_sqlite_error(const SqliteError& error) {
  std::string out;
  msg::JsonObject object(out);
  write_error(object.key("Err"), error);
  object.close();
  return out;
}

std::string encode_sqlite_cause(const SqliteError& error) {
  if (error.cause.empty() && !error.statement) return {};
  std::string out;
  msg::JsonObject object(out);
  if (!error.cause.empty()) object.field("kind", error.cause);
  if (error.statement) object.field("statement", *error.statement);
  object.close();
  return out;
}

}  // namespace kinode::sqlite
