#include "node/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::node {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Parsed parse(std::vector<const char*> args) {
  args.insert(args.begin(), "kinode");
  return parse_command_line(static_cast<int>(args.size()), args.data());
}

/// The configuration of a command line that is right.
Config config(std::vector<const char*> args) {
  args.insert(args.begin(), "home");
  Parsed parsed = parse(std::move(args));
  EXPECT_TRUE(parsed.config) << parsed.text;
  return parsed.config.value_or(Config{});
}

/// What is said about one that is wrong.
std::string complaint(std::vector<const char*> args) {
  const Parsed parsed = parse(std::move(args));
  EXPECT_FALSE(parsed.config);
  EXPECT_EQ(parsed.exit_code, kUsage);
  return parsed.text;
}

TEST(Config, HasTheDefaultsOfTheSpec) {
  const Config c = config({});
  EXPECT_EQ(c.home, "home");
  EXPECT_EQ(c.port, std::nullopt);
  EXPECT_EQ(c.ws_port, std::nullopt);
  EXPECT_EQ(c.tcp_port, std::nullopt);
  EXPECT_EQ(c.verbosity, 0u);
  EXPECT_FALSE(c.logging_off);
  EXPECT_TRUE(c.reveal_ip);
  EXPECT_FALSE(c.detached);
  EXPECT_EQ(c.rpc, "");
  EXPECT_EQ(c.password, std::nullopt);
  EXPECT_EQ(c.max_log_size, 16'000'000u);
  EXPECT_EQ(c.number_log_files, 4u);
  EXPECT_EQ(c.max_peers, 32u);
  EXPECT_EQ(c.max_passthroughs, 0u);
  EXPECT_EQ(c.soft_ulimit, std::nullopt);
  EXPECT_EQ(c.process_verbosity, "");
  EXPECT_EQ(c.fake_node_name, "");
  EXPECT_EQ(c.fakechain_port, 8545);
  EXPECT_THAT(c.packages, IsEmpty());
  EXPECT_FALSE(c.power_durability);
  EXPECT_EQ(c.control_fd, -1);
  EXPECT_EQ(c.workers, 0u);
}

TEST(Config, ReadsTheFlagsOfTheNetwork) {
  const Config c =
      config({"--port", "1", "--ws-port", "2", "--tcp-port", "0", "--reveal-ip", "false", "--rpc",
              "ws://x", "--max-peers", "7", "--max-passthroughs", "8", "--fakechain-port", "5"});
  EXPECT_EQ(c.port, 1);
  EXPECT_EQ(c.ws_port, 2);
  EXPECT_EQ(c.tcp_port, 0);
  EXPECT_FALSE(c.reveal_ip);
  EXPECT_EQ(c.rpc, "ws://x");
  EXPECT_EQ(c.max_peers, 7u);
  EXPECT_EQ(c.max_passthroughs, 8u);
  EXPECT_EQ(c.fakechain_port, 5);
}

TEST(Config, ReadsTheFlagsOfTheTerminalAndItsLogs) {
  const Config c = config({"--verbosity", "3", "--logging-off", "--detached", "--max-log-size", "0",
                           "--number-log-files", "9", "--process-verbosity", "{}"});
  EXPECT_EQ(c.verbosity, 3u);
  EXPECT_TRUE(c.logging_off);
  EXPECT_TRUE(c.detached);
  EXPECT_EQ(c.max_log_size, 0u);
  EXPECT_EQ(c.number_log_files, 9u);
  EXPECT_EQ(c.process_verbosity, "{}");
}

TEST(Config, ReadsTheOtherFlags) {
  const Config c = config({"--password", "p w", "--soft-ulimit", "1024", "--fake-node-name",
                           "demo.os", "--package", "a", "--package", "b", "--power-durability",
                           "--control-fd", "3", "--workers", "4"});
  EXPECT_EQ(c.password, "p w");
  EXPECT_EQ(c.soft_ulimit, 1024u);
  EXPECT_EQ(c.fake_node_name, "demo.os");
  EXPECT_THAT(c.packages, ElementsAre("a", "b"));
  EXPECT_TRUE(c.power_durability);
  EXPECT_EQ(c.control_fd, 3);
  EXPECT_EQ(c.workers, 4u);
}

TEST(Config, KnowsTheShortFlags) {
  const Config c = config({"-p", "80", "-v", "2", "-l", "-d"});
  EXPECT_EQ(c.port, 80);
  EXPECT_EQ(c.verbosity, 2u);
  EXPECT_TRUE(c.logging_off);
  EXPECT_TRUE(c.detached);
}

TEST(Config, ReadsWhatKitCallsItWith) {
  const Config c = config({"--port", "8080", "--verbosity", "0", "--password", "secret",
                           "--fake-node-name", "fake.dev", "--fakechain-port", "8545"});
  EXPECT_EQ(c.fake_node_name, "fake.dev");
  EXPECT_THAT(not_there_yet(c), IsEmpty());
}

TEST(Config, AValueMayLookLikeAFlag) {
  EXPECT_EQ(config({"--password=-V"}).password, "-V");
  EXPECT_EQ(config({"--password=--help"}).password, "--help");
}

TEST(Config, SaysWhichFlagIsWrong) {
  const std::pair<std::vector<const char*>, const char*> table[] = {
      {{}, "home"},
      {{"home", "other"}, "other"},
      {{"home", "--no-such-flag"}, "--no-such-flag"},
      {{"home", "--port"}, "--port"},
      {{"home", "--port", "65536"}, "--port"},
      {{"home", "--port", "-1"}, "--port"},
      {{"home", "--port", "http"}, "--port"},
      {{"home", "--port", "80x"}, "--port"},
      {{"home", "--ws-port", "70000"}, "--ws-port"},
      {{"home", "--tcp-port", "x"}, "--tcp-port"},
      {{"home", "--verbosity", "256"}, "--verbosity"},
      {{"home", "--verbosity", "-1"}, "--verbosity"},
      {{"home", "--reveal-ip", "perhaps"}, "--reveal-ip"},
      {{"home", "--max-log-size", "big"}, "--max-log-size"},
      {{"home", "--number-log-files", "0"}, "--number-log-files"},
      {{"home", "--max-peers", "x"}, "--max-peers"},
      {{"home", "--max-passthroughs", "x"}, "--max-passthroughs"},
      {{"home", "--soft-ulimit", "x"}, "--soft-ulimit"},
      {{"home", "--fakechain-port", "x"}, "--fakechain-port"},
      {{"home", "--package"}, "--package"},
      {{"home", "--control-fd", "x"}, "--control-fd"},
      {{"home", "--workers", "1025"}, "--workers"},
      {{"home", "--port", "1", "--port", "2"}, "--port"},
  };
  for (const auto& [args, flag] : table) {
    const std::string text = complaint(args);
    EXPECT_THAT(text, HasSubstr(flag));
    EXPECT_THAT(text, HasSubstr("Try `kinode --help`."));
  }
}

TEST(Config, NumbersAreWrittenInDigits) {
  EXPECT_EQ(config({"--port", "0"}).port, 0);
  EXPECT_EQ(config({"--max-log-size", "18446744073709551615"}).max_log_size, ~0ull);
  for (const auto* text : {"010", "0x50", "+80", " 80", "1'000", "00"}) {
    EXPECT_THAT(complaint({"home", "--port", text}), HasSubstr("write one in digits")) << text;
  }
  complaint({"home", "--max-log-size", "18446744073709551616"});
}

TEST(Config, TakesNodeNamesOfTheNamespaceOnly) {
  for (const auto* name : {"demo.os", "a-b.dev", "0.os", "sub.demo.os"}) {
    EXPECT_EQ(config({"--fake-node-name", name}).fake_node_name, name);
  }
  for (const auto* name :
       {"Demo.os", "de mo.os", "demo_x.os", "d\u00e9mo.os", "a@b", "a:b", "../x"}) {
    const std::string text = complaint({"home", "--fake-node-name", name});
    EXPECT_THAT(text, HasSubstr("--fake-node-name")) << name;
    EXPECT_THAT(text, HasSubstr("such as demo.os")) << name;
  }
}

TEST(Config, TheVersionIsTheTextThatToolsRead) {
  constexpr std::string_view kText =
      "kinode 1.0.0\n"
      "DOCKER_BUILD_IMAGE_VERSION: none\n"
      "PACKAGES_ZIP_HASH: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n";
  EXPECT_EQ(version_text(), kText);
  for (const auto* flag : {"-V", "--version"}) {
    const Parsed parsed = parse({flag});
    EXPECT_FALSE(parsed.config);
    EXPECT_EQ(parsed.text, kText);
    EXPECT_EQ(parsed.exit_code, kGraceful);
  }
  EXPECT_EQ(parse({"home", "--port", "1", "--version"}).text, kText);
}

TEST(Config, HelpExplainsEveryFlag) {
  for (const auto* ask : {"-h", "--help"}) {
    const Parsed parsed = parse({ask});
    EXPECT_FALSE(parsed.config);
    EXPECT_EQ(parsed.exit_code, kGraceful);
    for (const auto* flag : {"home",
                             "-p,--port",
                             "--ws-port",
                             "--tcp-port",
                             "-v,--verbosity",
                             "-l,--logging-off",
                             "--reveal-ip",
                             "-d,--detached",
                             "--rpc",
                             "--password",
                             "--max-log-size",
                             "--number-log-files",
                             "--max-peers",
                             "--max-passthroughs",
                             "--soft-ulimit",
                             "--process-verbosity",
                             "--fake-node-name",
                             "--fakechain-port",
                             "--package",
                             "--power-durability",
                             "--control-fd",
                             "--workers",
                             "-h,--help",
                             "-V,--version",
                             "Examples:",
                             "Exit codes:"}) {
      EXPECT_THAT(parsed.text, HasSubstr(flag));
    }
  }
}

TEST(Config, SaysWhichFlagsHaveNoEffectYet) {
  EXPECT_THAT(not_there_yet(config({})), IsEmpty());
  for (const auto* flag :
       {"--ws-port", "--tcp-port", "--max-peers", "--max-passthroughs", "--rpc"}) {
    const auto sentences = not_there_yet(config({flag, "1"}));
    ASSERT_EQ(sentences.size(), 1u) << flag;
    EXPECT_THAT(sentences[0], HasSubstr(std::string(flag) + " has no effect yet"));
  }
}

}  // namespace
}  // namespace kinode::node
