#include "msg/database_key.h"

#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::msg {

void write_json(std::string& out, const DatabaseKey& key) {
  out.push_back('[');
  write_json(out, key.package);
  out.push_back(',');
  append_json_string(out, key.db);
  out.push_back(']');
}

Capability database_capability(const Address& issuer, DatabaseRight right, const DatabaseKey& key) {
  std::string params;
  JsonObject object(params);
  object.field("kind", std::string_view(right == DatabaseRight::kRead ? "read" : "write"));
  object.field("db_key", key).close();
  return Capability(issuer, std::move(params));
}

}  // namespace kinode::msg
