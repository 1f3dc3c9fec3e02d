#include "msg/old_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::msg {
namespace {

using testing::ElementsAre;

std::string to_current(std::string_view text) {
  auto id = ProcessId::parse(text).value();
  rename(id, Naming::kCurrent);
  return id.text();
}

std::string to_old(std::string_view text) {
  auto id = ProcessId::parse(text).value();
  rename(id, Naming::kOld);
  return id.text();
}

std::string command_renamed(std::string_view json) {
  auto command = decode_kernel_command(as_bytes(json)).value();
  rename(command, Naming::kCurrent);
  return encode_kernel_command(command);
}

TEST(OldNames, AreKnownInBothDirections) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"http_server:distro:sys", "http-server:distro:sys"},
      {"http_client:distro:sys", "http-client:distro:sys"},
      {"fd_manager:distro:sys", "fd-manager:distro:sys"},
      {"main:app_store:sys", "main:app-store:sys"},
      {"downloads:app_store:sys", "downloads:app-store:sys"},
      {"kns_indexer:kns_indexer:sys", "kns-indexer:kns-indexer:sys"},
  };
  for (const auto& [old, current] : names) {
    EXPECT_EQ(to_current(old), current);
    EXPECT_EQ(to_old(current), old);
    EXPECT_EQ(to_current(current), current);
    EXPECT_EQ(to_old(old), old);
  }
}

TEST(OldNames, LeaveEveryOtherNameAlone) {
  for (const auto* name : {"vfs:distro:sys", "http_server:distro:alice.os", "http_server:web:sys",
                           "http-server:my-app:sys", "main:app_store:alice.os",
                           "some_thing:distro:sys", "kns_indexer:other:sys"}) {
    EXPECT_EQ(to_current(name), name);
    EXPECT_EQ(to_old(name), name);
  }
}

TEST(OldNames, OfViewsNeedNoMemory) {
  const IdParts id = renamed({"http_server", "distro", "sys"}, Naming::kCurrent);
  EXPECT_EQ(id, (IdParts{"http-server", "distro", "sys"}));
}

TEST(OldNames, OfACapabilityAreThoseOfItsIssuer) {
  Capability cap(Address::parse("a.os@http_client:distro:sys").value(), R"({"k": 1})");
  rename(cap, Naming::kCurrent);
  EXPECT_EQ(cap.issuer().text(), "a.os@http-client:distro:sys");
  EXPECT_EQ(cap.params(), R"({"k": 1})");
}

TEST(OldNames, AreFoundEverywhereInKernelCommands) {
  EXPECT_EQ(command_renamed(R"({"KillProcess":"main:app_store:sys"})"),
            R"({"KillProcess":"main:app-store:sys"})");
  EXPECT_EQ(command_renamed(R"({"GrantCapabilities":{"target":"http_server:distro:sys",)"
                            R"("capabilities":[{"issuer":"a.os@http_client:distro:sys",)"
                            R"("params":"\"messaging\""}]}})"),
            R"({"GrantCapabilities":{"target":"http-server:distro:sys",)"
            R"("capabilities":[{"issuer":"a.os@http-client:distro:sys",)"
            R"("params":"\"messaging\""}]}})");
  EXPECT_EQ(command_renamed(R"({"Debug":{"HasCap":{"on":"fd_manager:distro:sys",)"
                            R"("cap":{"issuer":"a.os@http_client:distro:sys","params":"1"}}}})"),
            R"({"Debug":{"HasCap":{"on":"fd-manager:distro:sys",)"
            R"("cap":{"issuer":"a.os@http-client:distro:sys","params":"1"}}}})");
  EXPECT_EQ(command_renamed(R"({"SetOnExit":{"target":"a:b:c","on_exit":{"Requests":)"
                            R"([["our@http_server:distro:sys",{"inherit":false,)"
                            R"("expects_response":null,"body":[],"metadata":null,)"
                            R"("capabilities":[]},null]]}}})"),
            R"({"SetOnExit":{"target":"a:b:c","on_exit":{"Requests":)"
            R"([["our@http-server:distro:sys",{"inherit":false,)"
            R"("expects_response":null,"body":[],"metadata":null,)"
            R"("capabilities":[]},null]]}}})");
  EXPECT_EQ(command_renamed("\"Shutdown\""), "\"Shutdown\"");
}

TEST(OldNames, AreGivenToAnswers) {
  PersistedProcess process;
  process.capabilities.emplace(messaging_cap(Address::parse("a.os@http-server:distro:sys").value()),
                               Bytes());
  KernelAnswer answer = answer::DebugProcessMap{
      {{ProcessId::parse("main:app-store:sys").value(), std::move(process)}}};
  rename(answer, Naming::kOld);
  const auto& map = std::get<answer::DebugProcessMap>(answer).processes;
  ASSERT_EQ(map.size(), 1u);
  EXPECT_EQ(map.begin()->first.text(), "main:app_store:sys");
  EXPECT_EQ(map.begin()->second.capabilities.begin()->first.issuer().text(),
            "a.os@http_server:distro:sys");
}

TEST(OldNames, OfAManifestAreThoseWhoAreAskedAndGranted) {
  ManifestEntry entry;
  entry.process_name = "http_server";
  entry.request_capabilities = {{ProcessId::parse("http_client:distro:sys").value(), "1"}};
  entry.grant_capabilities = {{ProcessId::parse("http_server:distro:sys").value(), {}}};
  rename(entry, Naming::kCurrent);
  EXPECT_EQ(entry.process_name, "http_server");
  EXPECT_THAT(entry.request_capabilities,
              ElementsAre(ManifestCap{ProcessId::parse("http-client:distro:sys").value(), "1"}));
  EXPECT_THAT(entry.grant_capabilities,
              ElementsAre(ManifestCap{ProcessId::parse("http-server:distro:sys").value(), {}}));
}

}  // namespace
}  // namespace kinode::msg
