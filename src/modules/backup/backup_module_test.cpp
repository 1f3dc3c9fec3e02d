// Backups that are asked for by messages: who may, what is answered, one instant.
#include "modules/backup/backup_module.h"

#include <../tests/support/fake_port.h>
#include <../tests/support/scratch.h>
#include <gmock/gmock.h>

#include "modules/backup/backup_messages.h"
#include "modules/backup/directory_target.h"
#include "port/frozen_files.h"

namespace kinode::backup {
namespace {

using testing::HasSubstr;

constexpr const char* kOwner = "a.os@http-server:distro:sys";
constexpr const char* kProgram = "a.os@m:p:n.os";

/// One text that changes, and is frozen as it is.
class Text final : public port::Freezable {
 public:
  Result<std::unique_ptr<port::FrozenPart>> freeze() override {
    if (fails) return fail(Code::kIo, "the disk says no");
    port::FrozenFile file;
    file.entry.path = "text";
    file.entry.size = text.size();
    file.text = text;
    return std::make_unique<port::FrozenFiles>(std::vector{file}, std::string());
  }
  std::string text = "before";
  bool fails = false;
};

class BackupModuleTest : public testing::Test {
 protected:
  BackupModuleTest()
      : module(BackupConfig{
            home / "home", "a.os", &gate, {{"the text", &text}}, &port.executor().blocking()}) {
    EXPECT_TRUE(module.start(port));
    DirectoryTarget target(home / "target");
    EXPECT_TRUE(
        Repository::create(target, Secret::passphrase("x").value(), port.random(), {64, 1, 1}));
  }
  ~BackupModuleTest() override { module.stop(); }

  std::string ask(std::string_view source, std::string_view body) {
    port.sent.clear();
    module.handle(support::request(source, "a.os@backup:distro:sys", body));
    port.executor().run_until_idle();
    std::string out;
    for (const auto& envelope : port.sent) {
      if (envelope->response() != nullptr) out += envelope->response()->body.text();
    }
    return out;
  }
  std::string order(const std::string& what, const std::string& passphrase = "x") const {
    return "{\"" + what + R"(":{"target":")" + (home / "target") + R"(","passphrase":")" +
           passphrase + "\"}}";
  }

  const support::Scratch home;
  store::WriteGate gate;
  Text text;
  support::FakePort port;
  BackupModule module;
};

TEST_F(BackupModuleTest, TheOwnerMakesABackupAndSeesIt) {
  EXPECT_THAT(ask(kOwner, order("Backup")), HasSubstr(R"({"Done":{"snapshot":)"));
  EXPECT_THAT(ask(kOwner, order("List")), HasSubstr(R"("node":"a.os")"));
  EXPECT_THAT(ask(kOwner, order("Verify")), HasSubstr(R"("findings":[])"));
  EXPECT_THAT(ask(kOwner, R"("Progress")"), HasSubstr(R"("running":false)"));
  EXPECT_TRUE(gate.close(std::chrono::seconds(1))) << "nobody is within, and it was opened";
  gate.open();
}

TEST_F(BackupModuleTest, AStopIsNotAboutWhatIsAskedLater) {
  EXPECT_EQ(ask(kOwner, R"("Stop")"), R"("Ok")");
  EXPECT_THAT(ask(kOwner, order("Backup")), HasSubstr("\"Done\""));
  EXPECT_EQ(ask(kOwner, R"("Stop")"), R"("Ok")");
  EXPECT_THAT(ask(kOwner, order("Verify")), HasSubstr(R"("findings":[])"));
}

TEST_F(BackupModuleTest, AProgramNeedsTheRightAndAPlaceOfItsOwn) {
  EXPECT_THAT(ask(kProgram, order("Backup")), HasSubstr("\"Denied\""));
  port.capabilities.emplace(
      msg::ProcessId::parse("m:p:n.os").value(),
      msg::Capability(msg::Address::parse("a.os@backup:distro:sys").value(), "\"backup\""));
  EXPECT_THAT(ask(kProgram, R"("Progress")"), HasSubstr("\"Progress\""));
  EXPECT_THAT(ask(kProgram, order("Backup")), HasSubstr("its drive /p:n.os/tmp/"));
  EXPECT_THAT(ask(kProgram, R"({"List":{"target":"/p:n.os/tmp/b","passphrase":"x"}})"),
              HasSubstr("\"NotFound\""));
  EXPECT_THAT(ask(kProgram, R"({"List":{"target":"/p:n.os/tmp/../b","passphrase":"x"}})"),
              HasSubstr("\"Err\""));
  EXPECT_EQ(ask("b.os@m:p:n.os", R"("Progress")"), "") << "of another node";
}

TEST_F(BackupModuleTest, WhatGoesWrongIsSaidAndTheGateIsOpenAgain) {
  text.fails = true;
  EXPECT_THAT(ask(kOwner, order("Backup")), HasSubstr("the text: the disk says no"));
  EXPECT_TRUE(gate.close(std::chrono::seconds(1)));
  gate.open();
  EXPECT_THAT(ask(kOwner, order("Backup", "wrong")), HasSubstr("\"Denied\""));
  EXPECT_THAT(ask(kOwner, R"({"Backup":{"target":"/t"}})"), HasSubstr("\"Invalid\""));
  EXPECT_THAT(ask(kOwner, "hello"), HasSubstr("\"Err\""));
  text.fails = false;
  EXPECT_THAT(ask(kOwner, order("Backup")), HasSubstr("\"Done\""));
}

}  // namespace
}  // namespace kinode::backup
