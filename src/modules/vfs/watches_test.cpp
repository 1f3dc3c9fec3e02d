// Whoever watches a path hears what happens at it, below it, and to what it is in.
#include "modules/vfs/watches.h"

#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kOk = R"("Ok")";
constexpr std::string_view kWatcher = "w:q:m.os";

class Watching : public VfsTest {
 protected:
  Watching() {
    create_drive();
    grant(kWatcher, R"({"kind":"read","drive":"/p:n.os/d"})");
  }
  std::string watch(std::string_view path, std::string_view action = "Watch") {
    return act(path, action, std::nullopt, kWatcher);
  }
  /// What the watcher was told since the last look: "Created /p:n.os/d/a".
  std::vector<std::string> events() {
    port.executor().run_until_idle();
    std::vector<std::string> out;
    for (const auto& envelope : std::exchange(port.sent, {})) {
      if (envelope->request() == nullptr || envelope->target->process.process != "w") continue;
      out.emplace_back(envelope->request()->body.text());
    }
    return out;
  }
};

std::string event(std::string_view change, std::string_view path) {
  return fmt::format(R"({{"VfsEvent":{{"path":"{}","change":"{}"}}}})", path, change);
}

TEST_F(Watching, ChangesBelowThePathAreTold) {
  EXPECT_EQ(watch("/p:n.os/d/x"), kOk);
  EXPECT_EQ(watch("/p:n.os/d/x"), kOk);
  send(body("/p:n.os/d/x", "CreateDir"));
  send(body("/p:n.os/d/x/a", "Write"), "1");
  send(body("/p:n.os/d/x/a", "Append"), "2");
  send(body("/p:n.os/d/other", "Write"), "3");
  send(body("/p:n.os/d/x/a", R"({"Rename":{"new_path":"/p:n.os/d/x/b"}})"));
  send(body("/p:n.os/d/x/none", "RemoveFile"));
  send(body("/p:n.os/d/x/b", "Read"));
  send(body("/p:n.os/d/x", "RemoveDirAll"));
  EXPECT_THAT(events(),
              ElementsAre(event("Created", "/p:n.os/d/x"), event("Modified", "/p:n.os/d/x/a"),
                          event("Modified", "/p:n.os/d/x/a"), event("Removed", "/p:n.os/d/x/a"),
                          event("Created", "/p:n.os/d/x/b"), event("Removed", "/p:n.os/d/x")));
}

TEST_F(Watching, WhatItIsInTakesItAlong) {
  act("/p:n.os/d/x/y", "CreateDirAll");
  watch("/p:n.os/d/x/y");
  send(body("/p:n.os/d/x", "RemoveDirAll"));
  EXPECT_THAT(events(), ElementsAre(event("Removed", "/p:n.os/d/x")));
}

TEST_F(Watching, EndsWhenAskedAndWithTheProcess) {
  watch("/p:n.os/d");
  EXPECT_EQ(watch("/p:n.os/d", "Unwatch"), kOk);
  send(body("/p:n.os/d/a", "Write"), "1");
  EXPECT_THAT(events(), IsEmpty());
  watch("/p:n.os/d");
  vfs->process_ended(msg::ProcessId::parse(kWatcher).value());
  send(body("/p:n.os/d/a", "Write"), "1");
  EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Watching, NeedsTheRightToRead) {
  EXPECT_EQ(act("/p:n.os/d", "Watch", std::nullopt, "w:z:m.os"), R"({"Err":"NoReadCap"})");
}

TEST_F(Watching, WhoLosesTheRightHearsNoMore) {
  watch("/p:n.os/d");
  port.capabilities.clear();
  send(body("/p:n.os/d/a", "Write"), "1");
  EXPECT_THAT(events(), IsEmpty());
}

TEST_F(Watching, WhoHasNoRoomForEventsIsToldToLookAgain) {
  watch("/p:n.os/d");
  port.answer_to_send = port::Routed::kFull;
  send(body("/p:n.os/d/a", "Write"), "1");
  events();
  port.answer_to_send = port::Routed::kDelivered;
  send(body("/p:n.os/d/b", "Write"), "1");
  EXPECT_THAT(events(),
              ElementsAre(event("Missed", "/p:n.os/d/b"), event("Modified", "/p:n.os/d/b")));
}

TEST_F(Watching, IsBounded) {
  for (int i = 0; i < 100; ++i) EXPECT_EQ(watch(fmt::format("/p:n.os/d/{}", i)), kOk);
  EXPECT_THAT(watch("/p:n.os/d/more"), testing::HasSubstr("too many paths are watched"));
}

}  // namespace
}  // namespace kinode::vfs
