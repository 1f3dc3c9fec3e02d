// What the command line and a home together say about who the node is.
#include "node/login.h"

#include <../tests/support/scratch.h>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::node {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

class Login : public testing::Test {
 protected:
  Login() { config.home = scratch.path(); }

  void put_keyfile(std::string_view text = R"(["alice.os",[],[1],[2],[3],[4]])") const {
    std::ofstream(config.home + "/.keys") << text;
  }
  std::string refusal(int exit_code) const {
    const auto refused = refuse_login(config);
    EXPECT_TRUE(refused);
    if (!refused) return "";
    EXPECT_EQ(refused->exit_code, exit_code);
    return refused->text;
  }

  const support::Scratch scratch;
  Config config;
};

TEST_F(Login, AFakeNameNeedsNothing) {
  config.fake_node_name = "demo.os";
  EXPECT_FALSE(refuse_login(config));
  put_keyfile("damaged");
  EXPECT_FALSE(refuse_login(config));
}

TEST_F(Login, AKeyfileAndAPasswordAreEnough) {
  put_keyfile();
  config.password = "";
  EXPECT_FALSE(refuse_login(config));
}

TEST_F(Login, AKeyfileWithoutAPasswordSaysWhoseItIs) {
  put_keyfile();
  EXPECT_THAT(refusal(kUsage), AllOf(HasSubstr("belongs to alice.os"), HasSubstr("--password")));
}

TEST_F(Login, APasswordWithoutAKeyfileIsExplained) {
  config.password = "x";
  EXPECT_THAT(refusal(kRuntimeError),
              AllOf(HasSubstr(config.home + "/.keys is not there"), HasSubstr("--fake-node-name")));
}

TEST_F(Login, WithNothingItSaysWhatThereIs) {
  EXPECT_THAT(refusal(kUsage), AllOf(HasSubstr("--fake-node-name"), HasSubstr("--password")));
}

TEST_F(Login, AHomeThatIsNotThereStaysAway) {
  fs::remove_all(config.home);
  config.password = "x";
  refusal(kRuntimeError);
  EXPECT_FALSE(fs::exists(config.home));
}

TEST_F(Login, ADamagedKeyfileIsSaid) {
  put_keyfile("[");
  config.password = "x";
  EXPECT_THAT(refusal(kCannotStart), HasSubstr("put a copy of it back"));
}

TEST_F(Login, WhatANamePutsOnTheTerminalIsHarmless) {
  put_keyfile(R"(["\u001b[2J",[],[1],[2],[3],[4]])");
  EXPECT_THAT(refusal(kUsage), HasSubstr("belongs to \\x1b[2J"));
}

}  // namespace
}  // namespace kinode::node
