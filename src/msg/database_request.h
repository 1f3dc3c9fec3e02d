// The frame that requests to databases have in common (io.md 9.2, 10.2):
//     {"package_id":{..},"db":"..","action":..}
#pragma once

#include <string>
#include <string_view>

#include "msg/database_key.h"
#include "msg/json_message.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::msg {

/// A Request has a `database` and an `action`, which `read` makes. Errors start with `what`.
template <class Request, class Action>
Result<Request> decode_database_request(ByteView body, std::string_view what,
                                        Result<Action> (*read)(const Json&)) {
  auto tree = Json::parse(body);
  if (!tree) return fail_in(what, std::move(tree.error()));
  Request out;
  StructReader in(*tree, "request", 3);
  in.field("package_id", out.database.package);
  in.field("db", out.database.db);
  in.field_with("action", [&](const Json& value) -> Status {
    auto action = read(value);
    if (!action) return std::unexpected(std::move(action.error()));
    out.action = std::move(*action);
    return {};
  });
  if (auto ok = std::move(in).finish(); !ok) return fail_in(what, std::move(ok.error()));
  return out;
}

/// `write(out)` appends the action.
template <class Write>
std::string encode_database_request(const DatabaseKey& database, Write write) {
  std::string out;
  JsonObject object(out);
  object.field("package_id", database.package).field("db", database.db);
  write(object.key("action"));
  object.close();
  return out;
}

}  // namespace kinode::msg
