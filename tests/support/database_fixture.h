// A module that keeps databases, with a home of its own, asked by processes of a node that is only
// written down.
#pragma once

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "port/module.h"

namespace kinode::support {

struct Reply {
  std::string body;
  std::optional<std::string> blob;
  std::optional<std::string> mime;
  std::optional<std::string> metadata;
};

/// A derived fixture says which module, calls start() in its constructor and stop() in its
/// destructor.
class DatabaseTest : public testing::Test {
 protected:
  /// `self`: the module's address; `db`: the database that is meant when none is named.
  DatabaseTest(std::string self, std::string db) : self_(std::move(self)), db_(std::move(db)) {}

  virtual std::unique_ptr<port::Module> make_module() = 0;

  static constexpr std::string_view kAlice = "a.os@alice:p:n.os";
  static constexpr std::string_view kSibling = "a.os@sibling:p:n.os";
  static constexpr std::string_view kStranger = "a.os@mallory:q:m.os";

  void start() {
    module_ = make_module();
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

  std::string request(std::string_view action, std::string_view db = {},
                      std::string_view package = "p") const {
    return std::string(R"({"package_id":{"package_name":")") + std::string(package) +
           R"(","publisher_node":"n.os"},"db":")" + std::string(db.data() ? db : db_) +
           R"(","action":)" + std::string(action) + "}";
  }

  /// Hands a message over; nothing has run yet.
  void tell(std::string_view source, std::string_view body, std::optional<std::string> blob = {}) {
    auto envelope = support::request(source, self_, body);
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
            std::string_view source = kAlice, std::string_view db = {}) {
    return ask_raw(source, request(action, db), std::move(blob));
  }

  std::string body(std::string_view action, std::optional<std::string> blob = {},
                   std::string_view source = kAlice, std::string_view db = {}) {
    return ask(action, std::move(blob), source, db).body;
  }

  /// The id of a new transaction.
  std::string begin(std::string_view source = kAlice, std::string_view db = {}) {
    const std::string answer = body(R"("BeginTx")", {}, source, db);
    const auto colon = answer.rfind(':');
    EXPECT_NE(colon, std::string::npos) << answer;
    return answer.substr(colon + 1, answer.find('}') - colon - 1);
  }

  std::string commit(const std::string& tx, std::string_view source = kAlice,
                     std::string_view db = {}) {
    return body(R"({"Commit":{"tx_id":)" + tx + "}}", {}, source, db);
  }

  void set_descriptors(std::uint64_t count) {
    module_->handle(support::request("a.os@fd-manager:distro:sys", self_,
                                     "{\"FdsLimit\":" + std::to_string(count) + "}"));
  }

  port::Module& module() { return *module_; }

  const support::Scratch home;
  support::FakePort port;

 private:
  const std::string self_;
  const std::string db_;
  std::unique_ptr<port::Module> module_;
};

}  // namespace kinode::support
