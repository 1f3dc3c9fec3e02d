#include "msg/database_key.h"

#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::msg {

Capability database_capability(const Address& issuer, DatabaseRight right, const DatabaseKey& key) {
  std::string params;
  JsonObject object(params);
  object.field("kind", std::string_view(right == DatabaseRight::kRead ? "read" : "write"));
  std::string& out = object.key("db_key");
  out.push_back('[');
  write_json(out, key.package);
  out.push_back(',');
  append_json_string(out, key.db);
  out.push_back(']');
  object.close();
  return Capability(issuer, std::move(params));
}

}  // namespace kinode::msg
