// Who may do what (io.md 8.4).
#include "modules/vfs/access.h"

#include <../tests/support/fake_port.h>
#include <gtest/gtest.h>

namespace kinode::vfs {
namespace {

class VfsAccess : public testing::Test {
 protected:
  /// What is missing, or "allowed".
  std::string asks(std::string_view process, Kind kind, std::string_view path,
                   std::string_view other = "") {
    const auto first = VfsPath::parse(path).value();
    std::optional<VfsPath> second;
    if (!other.empty()) second = VfsPath::parse(other).value();
    const auto refusal = Access(port).refuse(msg::ProcessId::parse(process).value(), kind, first,
                                             second ? &*second : nullptr);
    if (!refusal) return "allowed";
    return refusal->kind == VfsError::Kind::kNoReadCap ? "no read" : "no write";
  }
  void grant(std::string_view process, std::string_view params,
             std::string_view issuer = "a.os@vfs:distro:sys") {
    port.capabilities.emplace(
        msg::ProcessId::parse(process).value(),
        msg::Capability(msg::Address::parse(issuer).value(), std::string(params)));
  }
  support::FakePort port;
};

TEST_F(VfsAccess, AllProcessesOfAPackageShareItsDrives) {
  for (const Kind kind : {Kind::kCreateDrive, Kind::kRead, Kind::kWrite, Kind::kRemoveDirAll}) {
    EXPECT_EQ(asks("a:p:n.os", kind, "/p:n.os/d/x"), "allowed");
    EXPECT_EQ(asks("b:p:n.os", kind, "/p:n.os/d/x"), "allowed");
    EXPECT_NE(asks("a:p:m.os", kind, "/p:n.os/d/x"), "allowed");
    EXPECT_NE(asks("p:q:n.os", kind, "/p:n.os/d/x"), "allowed");
  }
}

TEST_F(VfsAccess, StrangersNeedTheDrivesCapability) {
  EXPECT_EQ(asks("s:q:m.os", Kind::kRead, "/p:n.os/d/x"), "no read");
  grant("s:q:m.os", R"({"kind":"read","drive":"/p:n.os/d"})");
  for (const Kind kind : {Kind::kRead, Kind::kReadDir, Kind::kReadToEnd, Kind::kReadExact,
                          Kind::kReadToString, Kind::kSeek, Kind::kMetadata, Kind::kLen,
                          Kind::kHash, Kind::kReadAt, Kind::kReadDirPage, Kind::kWatch}) {
    EXPECT_EQ(asks("s:q:m.os", kind, "/p:n.os/d/x"), "allowed");
    EXPECT_EQ(asks("s:q:m.os", kind, "/p:n.os/e/x"), "no read");
  }
  for (const Kind kind : {Kind::kCreateDir, Kind::kOpenFile, Kind::kCloseFile, Kind::kSyncAll,
                          Kind::kWrite, Kind::kAddZip, Kind::kSetLen, Kind::kWriteAt}) {
    EXPECT_EQ(asks("s:q:m.os", kind, "/p:n.os/d/x"), "no write");
  }
  grant("s:q:m.os", R"({ "drive": "/p:n.os/d", "kind": "write" })");
  EXPECT_EQ(asks("s:q:m.os", Kind::kOpenFile, "/p:n.os/d/x"), "allowed");
  EXPECT_EQ(asks("s:q:m.os", Kind::kCreateDrive, "/p:n.os/d"), "no write");
}

TEST_F(VfsAccess, OnlyOurOwnCapabilitiesCount) {
  grant("s:q:m.os", R"({"kind":"read","drive":"/p:n.os/d"})", "a.os@s:q:m.os");
  grant("s:q:m.os", R"({"kind":"read","drive":"/p:n.os/d"})", "b.os@vfs:distro:sys");
  grant("s:q:m.os", R"({"root":true})", "a.os@eth:distro:sys");
  EXPECT_EQ(asks("s:q:m.os", Kind::kRead, "/p:n.os/d/x"), "no read");
}

TEST_F(VfsAccess, RootAndTheKernelMayDoAll) {
  grant("r:q:m.os", R"({"root":true})");
  for (const auto* who : {"r:q:m.os", "kernel:distro:sys"}) {
    EXPECT_EQ(asks(who, Kind::kCreateDrive, "/p:n.os/d"), "allowed");
    EXPECT_EQ(asks(who, Kind::kRead, "/p:n.os/d/x"), "allowed");
    EXPECT_EQ(asks(who, Kind::kRename, "/p:n.os/d/x", "/z:z/d/x"), "allowed");
  }
  EXPECT_EQ(asks("kernel:q:m.os", Kind::kRead, "/p:n.os/d/x"), "no read");
}

TEST_F(VfsAccess, RenameAndCopyNeedBothDrives) {
  const auto rename = [&](std::string_view to) {
    return asks("s:q:m.os", Kind::kRename, "/p:n.os/d/x", to);
  };
  EXPECT_EQ(rename("/p:n.os/d/y"), "no write");
  grant("s:q:m.os", R"({"kind":"write","drive":"/p:n.os/d"})");
  EXPECT_EQ(rename("/p:n.os/d/y"), "allowed");
  EXPECT_EQ(rename("/p:n.os/e/y"), "no write");
  EXPECT_EQ(rename("/q:m.os/own/y"), "allowed");
  grant("s:q:m.os", R"({"kind":"read","drive":"/p:n.os/e"})");
  EXPECT_EQ(rename("/p:n.os/e/y"), "no write");
  grant("s:q:m.os", R"({"kind":"write","drive":"/p:n.os/e"})");
  EXPECT_EQ(rename("/p:n.os/e/y"), "allowed");
}

}  // namespace
}  // namespace kinode::vfs
