// An SQL module with a home of its own.
#pragma once

#include <../tests/support/database_fixture.h>

#include "modules/sqlite/sqlite_module.h"
#include "msg/json.h"

namespace kinode::sqlite {

using support::Reply;

class SqliteTest : public support::DatabaseTest {
 protected:
  SqliteTest() : DatabaseTest("a.os@sqlite:distro:sys", "users") { start(); }
  ~SqliteTest() override { stop(); }

  std::unique_ptr<port::Module> make_module() override {
    return std::make_unique<SqliteModule>(
        SqliteConfig{home / "sqlite", home / "old", nullptr, &gate});
  }

  store::WriteGate gate;

  static std::string quoted(std::string_view text) {
    std::string out;
    msg::append_json_string(out, text);
    return out;
  }
  /// The answer to a Write.
  std::string write(std::string_view sql, std::optional<std::string> parameters = {},
                    const std::string& tx = "null", std::string_view source = kAlice,
                    std::string_view db = {}) {
    return body(R"({"Write":{"statement":)" + quoted(sql) + R"(,"tx_id":)" + tx + "}}",
                std::move(parameters), source, db);
  }
  /// The rows; the answer when it is not "Read".
  std::string query(std::string_view sql, std::optional<std::string> parameters = {},
                    std::string_view source = kAlice, std::string_view db = {}) {
    const Reply reply = ask(R"({"Query":)" + quoted(sql) + "}", std::move(parameters), source, db);
    return reply.body == R"("Read")" ? reply.blob.value_or("no blob") : reply.body;
  }
  std::string columns(std::string_view sql, std::optional<std::string> parameters = {}) {
    const Reply reply = ask(R"({"QueryColumns":)" + quoted(sql) + "}", std::move(parameters));
    return reply.body == R"("Read")" ? reply.blob.value_or("no blob") : reply.body;
  }
  /// A new database with the table users(id, name).
  void open_users() {
    ASSERT_EQ(body(R"("Open")"), R"("Ok")");
    ASSERT_EQ(write("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)"),
              R"("Ok")");
  }
};

}  // namespace kinode::sqlite
