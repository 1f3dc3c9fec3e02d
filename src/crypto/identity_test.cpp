// The identity of a node without a chain, in a home on disk.
#include "crypto/identity.h"

#include <../tests/support/scratch.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/stat.h>

namespace kinode::crypto {
namespace {

class FakeIdentity : public testing::Test {
 protected:
  std::string keys() const {
    std::ifstream file(home + "/.keys");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write_keys(std::string_view text) const { std::ofstream(home + "/.keys") << text; }

  Result<Keyfile> load(std::string_view name, std::string_view password = "secret") {
    return load_or_create_fake_identity(home, name, password, random);
  }

  const support::Scratch scratch;
  const std::string home = scratch.path();
  SeededRandom random{5};
};

TEST_F(FakeIdentity, IsMadeOnceAndKept) {
  const auto made = load("fake.dev");
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->username, "fake.dev");
  const std::string before = keys();

  const auto again = load("fake.dev");
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->net_key.public_key(), made->net_key.public_key());
  EXPECT_EQ(again->jwt_secret, made->jwt_secret);
  EXPECT_EQ(keys(), before);
}

TEST_F(FakeIdentity, Fault5_ItsJwtSecretHas32Bytes) {
  EXPECT_EQ(load("fake.dev").value().jwt_secret.size(), 32u);
}

TEST_F(FakeIdentity, OnlyTheOwnerMayReadTheFile) {
  std::ofstream(home + "/.keys.new") << "left by a crash, readable by all";
  ASSERT_TRUE(load("fake.dev"));
  struct stat info{};
  ASSERT_EQ(::stat((home + "/.keys").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(FakeIdentity, CanBeLookedAtWithoutThePassword) {
  EXPECT_EQ(peek_identity(home).value(), std::nullopt);
  write_keys(R"(["fake.dev",[],[1],[2],[3],[4]])");
  EXPECT_EQ(peek_identity(home).value().value().username, "fake.dev");
}

TEST_F(FakeIdentity, AHomeOfAnotherNameIsRefusedAndKept) {
  write_keys(R"(["alice.os",[],[1],[2],[3],[4]])");
  const std::string before = keys();
  const auto refused = load("fake.dev");
  EXPECT_EQ(refused.error().code, Code::kExists);
  EXPECT_EQ(refused.error().detail,
            "the home " + home +
                " belongs to alice.os, not to fake.dev: start it under that name, or choose "
                "another home");
  EXPECT_EQ(keys(), before);
}

TEST_F(FakeIdentity, AWrongPasswordIsRefusedAndTheFileKept) {
  ASSERT_TRUE(load("fake.dev", "one"));
  const std::string before = keys();
  const auto refused = load("fake.dev", "other");
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_NE(refused.error().detail.find("the password is wrong"), std::string::npos);
  EXPECT_EQ(keys(), before);
}

TEST_F(FakeIdentity, ADamagedFileIsRefusedAndKept) {
  write_keys("[\"fake.dev\"");
  const auto refused = load("fake.dev");
  EXPECT_EQ(refused.error().code, Code::kCorrupt);
  EXPECT_NE(refused.error().detail.find("put a copy of it back"), std::string::npos);
  EXPECT_EQ(keys(), "[\"fake.dev\"");
}

TEST_F(FakeIdentity, WhatCannotBeReadIsNotReplaced) {
  std::filesystem::create_directory(home + "/.keys");
  EXPECT_EQ(load("fake.dev").error().code, Code::kIo);
}

}  // namespace
}  // namespace kinode::crypto
