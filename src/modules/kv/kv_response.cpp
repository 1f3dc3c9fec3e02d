// Answers as JSON.
#include <string_view>

#include "modules/kv/kv_messages.h"
#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::kv {

namespace {

using Kind = KvError::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::kNoDb:
      return "NoDb";
    case Kind::kKeyNotFound:
      return "KeyNotFound";
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
    case Kind::kMalformedRequest:
      return "MalformedRequest";
    case Kind::kRocksDb:
      return "RocksDBError";
    case Kind::kIo:
      return "IOError";
  }
  return "MalformedRequest";
}

void write_error(std::string& out, const KvError& error) {
  const std::string_view name = name_of(error.kind);
  switch (error.kind) {
    case Kind::kNoDb:
      return msg::write_json_variant(out, name, error.database);
    case Kind::kNoTx:
      return msg::write_json_variant(out, name, error.tx_id);
    case Kind::kRocksDb:
    case Kind::kIo:
      return msg::write_json_variant(out, name, error.text);
    default:
      return msg::append_json_string(out, name);
  }
}

/// `{"name":{"field":value}}`
template <class T>
std::string nested(std::string_view name, std::string_view field, const T& value) {
  std::string out;
  msg::write_json_struct(out, name, [&](auto& o) { o.field(field, value); });
  return out;
}

}  // namespace

std::string encode_kv_ok() { return "\"Ok\""; }

std::string encode_kv_get(ByteView key, bool old_form) {
  std::string out = old_form ? "{\"Get\":{\"key\":" : "{\"Get\":";
  msg::append_json_bytes(out, key);
  out += old_form ? "}}" : "}";
  return out;
}

std::string encode_kv_begin_tx(std::uint64_t tx_id) { return nested("BeginTx", "tx_id", tx_id); }

std::string encode_kv_error(const KvError& error) {
  std::string out;
  msg::JsonObject object(out);
  write_error(object.key("Err"), error);
  object.close();
  return out;
}

std::string encode_kv_get_many(std::size_t found) { return nested("GetMany", "found", found); }

std::string encode_kv_scan(const std::optional<Bytes>& next) {
  return nested("Scan", "next", next);
}

std::string encode_kv_compare_and_set(bool done) { return nested("CompareAndSet", "done", done); }

}  // namespace kinode::kv
