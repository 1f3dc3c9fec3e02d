// Packages that come with the node (kernel.md 4.3).
#include "kernel/bootstrap.h"

#include <../tests/support/kernel_fixture.h>
#include <../tests/support/native_guests.h>
#include <../tests/support/scratch.h>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

namespace fs = std::filesystem;
using support::cap;
using support::messaging;
using testing::HasSubstr;

constexpr std::string_view kPkgRead = R"({"drive":"/app:test.os/pkg","kind":"read"})";

Package package(std::string_view name, std::string_view entries) {
  Package out;
  out.id = {std::string(name), "test.os"};
  out.wit_version = 1;
  out.files["manifest.json"] = Bytes::copy(fmt::format("[{}]", entries));
  out.files["main.wasm"] = Bytes::copy("native:echo");
  return out;
}

std::string entry(std::string_view name, std::string_view requests = "",
                  std::string_view grants = "", std::string_view on_exit = "\"Restart\"") {
  return fmt::format(R"({{"process_name":"{}","process_wasm_path":"/main.wasm","on_exit":{},)"
                     R"("request_networking":false,"request_capabilities":[{}],)"
                     R"("grant_capabilities":[{}],"public":true}})",
                     name, on_exit, requests, grants);
}

class BootstrapTest : public testing::Test {
 protected:
  BootstrapTest() { node.program("echo", support::echo); }

  /// The node comes up with these packages.
  void boot_with(std::vector<Package> packages) {
    if (booted) node.stop();
    node.packages().clear();
    for (auto& each : packages) {
      for (const auto& [path, bytes] : each.files) {
        node.files.files[fmt::format("/{}/pkg/{}", each.id.text(), path)] = bytes;
      }
      node.package(std::move(each), drives);
    }
    node.boot();
    booted = true;
  }
  std::string installed(std::string_view path) const {
    std::ifstream in(drives + "/" + std::string(path), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const support::Scratch scratch;
  const std::string drives = scratch.path();
  support::KernelFixture node;
  bool booted = false;
};

TEST_F(BootstrapTest, AProcessOfAPackageRunsAndHasItsDrive) {
  boot_with({package("app", entry("main"))});
  EXPECT_EQ(node.ask("main:app:test.os", "hello"), "hello");
  EXPECT_EQ(installed("app:test.os/pkg/main.wasm"), "native:echo");
  EXPECT_TRUE(node.holds("main:app:test.os", messaging("main:app:test.os")));
  EXPECT_TRUE(node.holds("main:app:test.os", cap("vfs:distro:sys", kPkgRead)));
  EXPECT_TRUE(node.holds("main:app:test.os",
                         cap("vfs:distro:sys", R"({"kind":"write","drive":"/app:test.os/pkg"})")));
  EXPECT_FALSE(node.holds("main:app:test.os", cap("kernel:distro:sys", "\"network\"")));
}

TEST_F(BootstrapTest, RequestsAreGrantedWithTheirParams) {
  boot_with(
      {package("app", entry("main", R"("timer:distro:sys",)"
                                    R"({"process":"vfs:distro:sys","params":{"root":true}})"))});
  EXPECT_TRUE(node.holds("main:app:test.os", messaging("timer:distro:sys")));
  EXPECT_TRUE(node.holds("main:app:test.os", cap("vfs:distro:sys", R"({"root":true})")));
}

TEST_F(BootstrapTest, NetworkingIsGrantedToWhoAsks) {
  std::string with = entry("main");
  with.replace(with.find("false"), 5, "true");
  boot_with({package("app", with)});
  EXPECT_TRUE(node.holds("main:app:test.os", cap("kernel:distro:sys", "\"network\"")));
}

TEST_F(BootstrapTest, GrantsReachProcessesOfPackagesThatComeLater) {
  boot_with({package("app", entry("main", "", R"("main:zoo:test.os","owner:distro:sys")")),
             package("zoo", entry("main"))});
  EXPECT_TRUE(node.holds("main:zoo:test.os", messaging("main:app:test.os")));
  EXPECT_TRUE(node.holds("owner:distro:sys", messaging("main:app:test.os")));
}

TEST_F(BootstrapTest, AGrantToNobodyIsNothing) {
  boot_with({package("app", entry("main", "", R"("main:nobody:test.os")"))});
  EXPECT_TRUE(node.install_results[0].has_value());
  EXPECT_EQ(node.ask("main:app:test.os", "hello"), "hello");
}

TEST_F(BootstrapTest, Fault37_AGrantOfAManifestIsRevokedWithItsIssuer) {
  boot_with(
      {package("app", entry("main", "", R"("main:zoo:test.os")")), package("zoo", entry("main"))});
  node.kill("main:app:test.os");
  EXPECT_FALSE(node.holds("main:zoo:test.os", messaging("main:app:test.os")));
}

TEST_F(BootstrapTest, Fault38_WhatAProcessKeepsInItsDriveIsNotWiped) {
  boot_with({package("app", entry("main"))});
  std::ofstream(drives + "/app:test.os/pkg/notes.txt") << "mine";
  boot_with({package("app", entry("main"))});
  EXPECT_EQ(installed("app:test.os/pkg/notes.txt"), "mine");
}

TEST_F(BootstrapTest, AChangedPackageIsUnpackedAnew) {
  boot_with({package("app", entry("main"))});
  Package changed = package("app", entry("main"));
  changed.files["main.wasm"] = Bytes::copy("native:echo2");
  node.program("echo2", support::listens);
  boot_with({changed});
  EXPECT_EQ(installed("app:test.os/pkg/main.wasm"), "native:echo2");
  node.tell("main:app:test.os", "hello");
  EXPECT_EQ(node.said("main:app:test.os").size(), 1u);
}

TEST_F(BootstrapTest, ADamagedFileIsPutRight) {
  boot_with({package("app", entry("main"))});
  std::ofstream(drives + "/app:test.os/pkg/main.wasm") << "native:ech0";
  boot_with({package("app", entry("main"))});
  EXPECT_EQ(installed("app:test.os/pkg/main.wasm"), "native:echo");
}

TEST_F(BootstrapTest, Fault38_WhatANewVersionNoLongerAsksForIsTakenAway) {
  boot_with({package("app", entry("main", R"("timer:distro:sys","vfs:distro:sys")"))});
  node.grant("main:app:test.os", messaging("friend:k:pub"));
  boot_with({package("app", entry("main", R"("vfs:distro:sys")"))});
  EXPECT_FALSE(node.holds("main:app:test.os", messaging("timer:distro:sys")));
  EXPECT_TRUE(node.holds("main:app:test.os", messaging("vfs:distro:sys")));
  // What others gave it since is its own.
  EXPECT_TRUE(node.holds("main:app:test.os", messaging("friend:k:pub")));
}

TEST_F(BootstrapTest, AnUpgradeReplacesHowAProcessEnds) {
  boot_with({package("app", entry("main"))});
  boot_with({package("app", entry("main", "", "", "\"None\""))});
  EXPECT_THAT(*node.command(R"({"Debug":{"Process":"main:app:test.os"}})"),
              HasSubstr(R"("on_exit":"None")"));
}

TEST_F(BootstrapTest, AProcessWithOnExitNoneComesBackWithItsPackageOnly) {
  boot_with({package("app", entry("main", "", "", "\"None\""))});
  boot_with({package("app", entry("main", "", "", "\"None\""))});
  EXPECT_TRUE(node.exists("main:app:test.os"));
  boot_with({});
  EXPECT_FALSE(node.exists("main:app:test.os"));
}

TEST_F(BootstrapTest, AMalformedManifestLeavesTheOthersAlone) {
  Package bad = package("bad", "");
  bad.files["manifest.json"] = Bytes::copy("[{]");
  boot_with({bad, package("app", entry("main"))});
  ASSERT_FALSE(node.install_results[0].has_value());
  EXPECT_THAT(node.install_results[0].error().detail, HasSubstr("manifest.json"));
  EXPECT_EQ(node.ask("main:app:test.os", "hello"), "hello");
}

TEST_F(BootstrapTest, APackageWithAMistakeInAnyEntryIsNotInstalledAtAll) {
  boot_with({package("app", entry("good") + "," + entry("bad_name"))});
  ASSERT_FALSE(node.install_results[0].has_value());
  EXPECT_FALSE(node.exists("good:app:test.os"));
  EXPECT_FALSE(fs::exists(drives + "/app:test.os"));
}

TEST_F(BootstrapTest, APackageWithoutItsComponentSaysWhichAndWhatToDo) {
  Package without = package("app", entry("main"));
  without.files.erase("main.wasm");
  boot_with({without});
  ASSERT_FALSE(node.install_results[0].has_value());
  EXPECT_THAT(node.install_results[0].error().detail,
              testing::AllOf(HasSubstr("/main.wasm"), HasSubstr("build it")));
}

TEST_F(BootstrapTest, APackageWithoutAManifestSaysSo) {
  Package without = package("app", entry("main"));
  without.files.erase("manifest.json");
  boot_with({without});
  ASSERT_FALSE(node.install_results[0].has_value());
  EXPECT_THAT(node.install_results[0].error().detail, HasSubstr("no manifest.json"));
}

TEST_F(BootstrapTest, AFailedUpgradeLeavesTheOldVersionRunning) {
  boot_with({package("app", entry("main"))});
  boot_with({package("app", "{}")});
  ASSERT_FALSE(node.install_results[0].has_value());
  EXPECT_EQ(node.ask("main:app:test.os", "hello"), "hello");
}

TEST_F(BootstrapTest, Fault2_APackageOfTheNodesOwnNameIsRefused) {
  Package distro = package("distro", entry("kernel"));
  distro.id.publisher = "sys";
  boot_with({distro});
  ASSERT_FALSE(node.install_results[0].has_value());
}

TEST_F(BootstrapTest, AManifestMayUseTheNamesOfKinode09) {
  node.module("http-server:distro:sys");
  boot_with({package("app", entry("main",
                                  R"("http_server:distro:sys",)"
                                  R"({"process":"http_client:distro:sys","params":1})",
                                  "\"http_server:distro:sys\""))});
  EXPECT_TRUE(node.holds("main:app:test.os", messaging("http-server:distro:sys")));
  EXPECT_TRUE(node.holds("main:app:test.os", cap("http-client:distro:sys", "1")));
  EXPECT_TRUE(node.holds("http-server:distro:sys", messaging("main:app:test.os")));
}

}  // namespace
}  // namespace kinode::kernel
