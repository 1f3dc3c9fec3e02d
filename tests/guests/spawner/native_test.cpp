#include <gmock/gmock.h>
#include <kinode/testing.h>

using namespace kinode::test;

namespace {

std::string answer_to(Host& host, std::string_view order) {
  host.deliver({.body = std::string(order), .expects = 5});
  host.run();
  return host.responses.at(0).body;
}

}  // namespace

TEST(Spawner, SpawnsSeveral) {
  Host host;
  EXPECT_EQ(answer_to(host, R"({"path":"/x.wasm","name":"kid","count":2})"), R"({"spawned":2})");
  ASSERT_EQ(host.spawned.size(), 2u);
  EXPECT_EQ(host.spawned[1].name, "kid-1");
  EXPECT_EQ(host.spawned[1].wasm_path, "/x.wasm");
}

TEST(Spawner, SpawnsOneByItsName) {
  Host host;
  EXPECT_EQ(answer_to(host, R"({"path":"/x.wasm","name":"kid"})"), R"({"spawned":1})");
  EXPECT_EQ(host.spawned.at(0).name, "kid");
}

TEST(Spawner, StopsAtAnError) {
  Host host;
  host.spawn_fails = kinode::SpawnError::kNameTaken;
  EXPECT_EQ(answer_to(host, R"({"path":"/x.wasm","count":3})"),
            R"({"spawned":0,"error":"name-taken"})");
}

TEST(Spawner, SaysWhatIsMissing) {
  Host host;
  EXPECT_EQ(answer_to(host, "{}"), R"({"spawned":0,"error":"path is missing"})");
}
