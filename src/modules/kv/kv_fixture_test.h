// A kv module with a home of its own.
#pragma once

#include <../tests/support/database_fixture.h>

#include "modules/kv/kv_module.h"

namespace kinode::kv {

using support::Reply;

class KvTest : public support::DatabaseTest {
 protected:
  KvTest() : DatabaseTest("a.os@kv:distro:sys", "birthdays") { start(); }
  ~KvTest() override { stop(); }

  std::unique_ptr<port::Module> make_module() override {
    return std::make_unique<KvModule>(
        KvConfig{home / "kv", store::Durability::kProcess, nullptr, &gate, home / ".frozen/kv"});
  }

  store::WriteGate gate;

  std::string set_in(const std::string& tx, int key, const std::string& value,
                     std::string_view source = kAlice, std::string_view db = {}) {
    return body(R"({"Set":{"key":[)" + std::to_string(key) + R"(],"tx_id":)" + tx + "}}", value,
                source, db);
  }
  std::string set(int key, const std::string& value, std::string_view db = {}) {
    return set_in("null", key, value, kAlice, db);
  }
  /// The value; the error's text when there is none.
  std::string get(int key, std::string_view db = {}) {
    const Reply reply = ask(R"({"Get":[)" + std::to_string(key) + "]}", {}, kAlice, db);
    return reply.body.starts_with("{\"Err\"") ? reply.body : reply.blob.value_or("no blob");
  }
};

}  // namespace kinode::kv
