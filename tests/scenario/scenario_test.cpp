#include "scenario.h"

#include <../tests/support/native_puppet.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasm/wasmtime_engine.h"

namespace kinode::scenario {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> stories() {
  std::vector<std::string> out;
  std::error_code error;
  const fs::path folder = fs::path(environment("KINODE_SOURCE_DIR")) / "tests" / "scenario";
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".scn") out.push_back(entry.path().string());
  }
  std::ranges::sort(out);
  return out;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  return fs::path(info.param).stem().string();
}

class Scenario : public testing::TestWithParam<std::string> {
 protected:
  void tell_on(support::KernelFixture& node) {
    node.boot();
    Scene scene(node);
    if (const auto mistake = scene.tell(read_steps(read_file(GetParam())))) {
      ADD_FAILURE_AT(GetParam().c_str(), mistake->line) << mistake->what;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Story, Scenario, testing::ValuesIn(stories()), test_name);

TEST_P(Scenario, IsTrueOfCoroutines) {
  support::KernelFixture node;
  node.program("puppet", support::native_puppet);
  tell_on(node);
}

TEST_P(Scenario, IsTrueOfComponents) {
  const fs::path path = fs::path(environment("KINODE_GUESTS_DIR")) / "puppet.wasm";
  const std::string component = read_file(path);
  ASSERT_FALSE(component.empty()) << "no " << path << ": build the target guest_puppet, and run "
                                  << "this test through ctest";
  static const auto kEngine = wasm::make_wasmtime_engine({});
  ASSERT_TRUE(kEngine) << kEngine.error().detail;
  static const auto kProgram = (*kEngine)->compile(as_bytes(component));
  ASSERT_TRUE(kProgram) << kProgram.error().detail;
  support::KernelFixture node;
  node.compile_with([](ByteView) { return kProgram; });
  tell_on(node);
}

TEST(ScenarioFiles, AreThere) {
  EXPECT_GE(stories().size(), 9u) << "KINODE_SOURCE_DIR must name the sources: use ctest";
}

// That the teller of stories notices what is wrong.

std::optional<Mistake> tell(std::string_view text) {
  support::KernelFixture node;
  node.program("puppet", support::native_puppet);
  node.boot();
  Scene scene(node);
  return scene.tell(read_steps(text));
}

TEST(ScenarioText, AMistakeIsNamedWithItsLine) {
  const auto mistake = tell("# a comment\n\nstart a\nhear a {\"got\":\"request\"}\n");
  ASSERT_TRUE(mistake);
  EXPECT_EQ(mistake->line, 4);
  EXPECT_EQ(mistake->what, "a has printed nothing more");
}

TEST(ScenarioText, AnotherValueIsAMistake) {
  const auto mistake = tell("start a\nsend a x\nhear a {\"body\":\"y\"}");
  ASSERT_TRUE(mistake);
  EXPECT_THAT(mistake->what, testing::HasSubstr("another \"body\" than \"y\""));
}

TEST(ScenarioText, WhatNobodyHeardIsAMistake) {
  const auto mistake = tell("start a\nsend a x\n");
  ASSERT_TRUE(mistake);
  EXPECT_THAT(mistake->what, testing::HasSubstr("a has printed more"));
}

TEST(ScenarioText, AnUnknownStepIsAMistake) {
  const auto mistake = tell("dance a\n");
  ASSERT_TRUE(mistake);
  EXPECT_THAT(mistake->what, testing::HasSubstr("no step \"dance\""));
}

TEST(ScenarioText, ACommandThatIsNoJsonIsAMistake) {
  EXPECT_TRUE(tell("start a\ntell a {\"do\":\n"));
  EXPECT_TRUE(tell("start a\ntell a hello\n"));
  EXPECT_TRUE(tell("start a\nadvance soon\n"));
}

TEST(ScenarioText, AnAnswerThatDidNotComeIsAMistake) {
  EXPECT_TRUE(tell("answered never asked\n"));
  const auto mistake = tell("start a\nask a word\nhear a {\"body\":\"word\"}\nanswered word x\n");
  ASSERT_TRUE(mistake);
  EXPECT_EQ(mistake->what, "there is no answer to \"word\"");
}

}  // namespace
}  // namespace kinode::scenario
