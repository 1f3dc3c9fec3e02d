// An SQL module with a home of its own, asked by processes of a node that is only written down.
#pragma once

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "modules/sqlite/sqlite_module.h"
#include "msg/json.h"

namespace kinode::sqlite {

struct Reply {
  std::string body;
  std::optional<std::string> blob;
  std::optional<std::string> mime;
  std::optional<std::string> metadata;
};

class SqliteTest : public testing::Test {
 protected:
  SqliteTest() { start(); }
  ~SqliteTest() override { stop(); }

  static constexpr std::string_view kAlice = "a.os@alice:p:n.os";
  static constexpr std::string_view kSibling = "a.os@sibling:p:n.os";
  static constexpr std::string_view kStranger = "a.os@mallory:q:m.os";

  void start() {
    module_ = std::make_unique<SqliteModule>(SqliteConfig{home / "sqlite", home / "old", nullptr});
    ASSERT_TRUE(module_->start(port));
    port.sent.clear();
  }

  /// Ordered: what was accepted is done, and everything is closed.
  void stop() {
    if (!module_) return;
    module_->stop();
    port.executor().run_until_idle();
    module_.reset();
  }

  static std::string request(std::string_view action, std::string_view db = "users",
                             std::string_view package = "p") {
    return std::string(R"({"package_id":{"package_name":")") + std::string(package) +
           R"(","publisher_node":"n.os"},"db":")" + std::string(db) + R"(","action":)" +
           std::string(action) + "}";
  }

  /// Hands a message over; nothing has run yet.
  void tell(std::string_view source, std::string_view body, std::optional<std::string> blob = {}) {
    auto envelope = support::request(source, "a.os@sqlite:distro:sys", body);
    if (blob) {
      auto b = std::make_shared<msg::Blob>();
      b->bytes = Bytes::copy(*blob);
      envelope->blob = std::move(b);
    }
    module_->handle(std::move(envelope));
  }

  /// The answers since the last look, in order.
  std::vector<Reply> replies() {
    port.executor().run_until_idle();
    std::vector<Reply> out;
    for (const auto& envelope : std::exchange(port.sent, {})) {
      const msg::Response* response = envelope->response();
      if (response == nullptr) continue;
      Reply reply{std::string(response->body.text()), {}, {}, response->metadata};
      if (envelope->blob) {
        reply.blob = std::string(envelope->blob->bytes.text());
        reply.mime = envelope->blob->mime;
      }
      out.push_back(std::move(reply));
    }
    return out;
  }

  Reply ask_raw(std::string_view source, std::string_view body,
                std::optional<std::string> blob = {}) {
    replies();
    tell(source, body, std::move(blob));
    auto got = replies();
    EXPECT_EQ(got.size(), 1u) << body;
    return got.empty() ? Reply{} : got[0];
  }

  Reply ask(std::string_view action, std::optional<std::string> blob = {},
            std::string_view source = kAlice, std::string_view db = "users") {
    return ask_raw(source, request(action, db), std::move(blob));
  }

  std::string body(std::string_view action, std::optional<std::string> blob = {},
                   std::string_view source = kAlice, std::string_view db = "users") {
    return ask(action, std::move(blob), source, db).body;
  }

  /// The id of a new transaction.
  std::string begin(std::string_view source = kAlice, std::string_view db = "users") {
    const std::string answer = body(R"("BeginTx")", {}, source, db);
    const auto colon = answer.rfind(':');
    EXPECT_NE(colon, std::string::npos) << answer;
    return answer.substr(colon + 1, answer.find('}') - colon - 1);
  }

  static std::string quoted(std::string_view text) {
    std::string out;
    msg::append_json_string(out, text);
    return out;
  }
  /// The answer to a Write.
  std::string write(std::string_view sql, std::optional<std::string> parameters = {},
                    const std::string& tx = "null", std::string_view source = kAlice,
                    std::string_view db = "users") {
    return body(R"({"Write":{"statement":)" + quoted(sql) + R"(,"tx_id":)" + tx + "}}",
                std::move(parameters), source, db);
  }
  std::string commit(const std::string& tx, std::string_view source = kAlice,
                     std::string_view db = "users") {
    return body(R"({"Commit":{"tx_id":)" + tx + "}}", {}, source, db);
  }
  /// The rows; the answer when it is not "Read".
  std::string query(std::string_view sql, std::optional<std::string> parameters = {},
                    std::string_view source = kAlice, std::string_view db = "users") {
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

  void set_descriptors(std::uint64_t count) {
    module_->handle(support::request("a.os@fd-manager:distro:sys", "a.os@sqlite:distro:sys",
                                     "{\"FdsLimit\":" + std::to_string(count) + "}"));
  }

  SqliteModule& module() { return *module_; }

  const support::Scratch home;
  support::FakePort port;

 private:
  std::unique_ptr<SqliteModule> module_;
};

}  // namespace kinode::sqlite
