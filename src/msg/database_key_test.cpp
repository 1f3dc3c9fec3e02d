// Rights to databases, as packages have them in their manifests (io.md 2.4).
#include "msg/database_key.h"

#include <gtest/gtest.h>

namespace kinode::msg {
namespace {

TEST(DatabaseCapability, IsWrittenAsTheOriginalWritesIt) {
  const Address kv{"n.os", system_process("kv")};
  const DatabaseKey key{{"p", "n"}, "dbname"};
  EXPECT_EQ(database_capability(kv, DatabaseRight::kRead, key).params(),
            R"({"kind":"read","db_key":[{"package_name":"p","publisher_node":"n"},"dbname"]})");
  EXPECT_EQ(database_capability(kv, DatabaseRight::kWrite, key).params(),
            R"({"kind":"write","db_key":[{"package_name":"p","publisher_node":"n"},"dbname"]})");
}

TEST(DatabaseCapability, EqualsOneThatSomebodyElseWroteDown) {
  const Address kv{"n.os", system_process("kv")};
  const Capability granted(
      kv, R"({"db_key": [{"publisher_node": "n", "package_name": "p"}, "d\"b"], "kind": "read"})");
  EXPECT_EQ(database_capability(kv, DatabaseRight::kRead, {{"p", "n"}, "d\"b"}), granted);
  EXPECT_NE(database_capability(kv, DatabaseRight::kWrite, {{"p", "n"}, "d\"b"}), granted);
  EXPECT_NE(database_capability(kv, DatabaseRight::kRead, {{"p", "m"}, "d\"b"}), granted);
}

}  // namespace
}  // namespace kinode::msg
