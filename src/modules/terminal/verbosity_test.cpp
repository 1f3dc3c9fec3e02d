#include "modules/terminal/verbosity.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "modules/terminal/verbosity_screen.h"

namespace kinode::terminal {
namespace {

msg::ProcessId id(std::string_view text) { return msg::ProcessId::parse(text).value(); }

TEST(Verbosity, ShowsWhatIsAtMostTheLevel) {
  const VerbosityTable table(1, {});
  EXPECT_TRUE(table.shows(0, id("a:b:c")));
  EXPECT_TRUE(table.shows(1, id("a:b:c")));
  EXPECT_FALSE(table.shows(2, id("a:b:c")));
}

TEST(Verbosity, OfOneProcessComesBeforeThatOfAll) {
  VerbosityTable table(2, {});
  table.set(id("loud:b:c"), {3});
  table.set(id("quiet:b:c"), {0});
  table.set(id("mute:b:c"), {});
  EXPECT_TRUE(table.shows(3, id("loud:b:c")));
  EXPECT_FALSE(table.shows(1, id("quiet:b:c")));
  EXPECT_FALSE(table.shows(0, id("mute:b:c")));
  table.remove(id("mute:b:c"));
  EXPECT_TRUE(table.shows(2, id("mute:b:c")));
}

TEST(Verbosity, CyclesThroughFourLevels) {
  VerbosityTable table(0, {});
  std::vector<std::string_view> names;
  names.reserve(4);
  for (int i = 0; i < 4; ++i) names.push_back(verbosity_name(table.cycle()));
  EXPECT_EQ(names,
            (std::vector<std::string_view>{"debug", "super-debug", "full event loop", "off"}));
}

TEST(Verbosity, Fault29_AboveThreeCyclesToOff) {
  for (const std::uint8_t level : {4, 5, 255}) {
    VerbosityTable table(level, {});
    EXPECT_EQ(verbosity_name(level), "unknown");
    EXPECT_EQ(table.cycle(), 0);
  }
}

TEST(Verbosity, OfProcessesIsReadFromTheCommandLine) {
  const auto read =
      parse_process_verbosities(R"({"chat:chat:template.os":{"U8":3},"x:y:z":"Muted"})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->at(id("chat:chat:template.os")), ProcessVerbosity{3});
  EXPECT_EQ(read->at(id("x:y:z")), ProcessVerbosity{});
  EXPECT_TRUE(parse_process_verbosities("")->empty());
  EXPECT_TRUE(parse_process_verbosities("{}")->empty());
}

TEST(Verbosity, OfProcessesThatIsWrongIsAnErrorThatShowsHow) {
  for (const auto* wrong :
       {"{", "3", "[]", R"({"a":"Muted"})", R"({"a:b:c":"muted"})", R"({"a:b:c":{"U8":256}})",
        R"({"a:b:c":{"U8":-1}})", R"({"a:b:c":{"u8":1}})", R"({"a:b:c":1})"}) {
    const auto read = parse_process_verbosities(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_NE(read.error().detail.find(R"({"U8":3})"), std::string::npos) << read.error().detail;
  }
}

TEST(Verbosity, IsBounded) {
  VerbosityTable table(0, {});
  std::string json = "{";
  for (std::size_t i = 0; i < limits::kProcessVerbositiesMax; ++i) {
    EXPECT_TRUE(table.set(id("p" + std::to_string(i) + ":k:sys"), {1}));
    json += "\"p" + std::to_string(i) + ":k:sys\":\"Muted\",";
  }
  EXPECT_FALSE(table.set(id("one-more:k:sys"), {1}));
  EXPECT_TRUE(table.set(id("p0:k:sys"), {2}));
  EXPECT_FALSE(parse_process_verbosities(json + R"("one-more:k:sys":"Muted"})"));
}

TEST(VerbosityChange, SetsMutesAndRemoves) {
  EXPECT_EQ(parse_verbosity_change("a:b:c 3")->verbosity, ProcessVerbosity{3});
  EXPECT_EQ(parse_verbosity_change("  a:b:c   255 ")->verbosity, ProcessVerbosity{255});
  for (const auto* mute : {"a:b:c m", "a:b:c mute", "a:b:c muted"}) {
    EXPECT_EQ(parse_verbosity_change(mute)->verbosity, ProcessVerbosity{}) << mute;
  }
  const auto removes = parse_verbosity_change("a:b:c");
  ASSERT_TRUE(removes);
  EXPECT_EQ(removes->verbosity, std::nullopt);
  EXPECT_EQ(removes->process, id("a:b:c"));
}

TEST(VerbosityChange, AnythingElseIsNothing) {
  for (const auto* wrong :
       {"", " ", "a", "a:b", "a:b:c 256", "a:b:c -1", "a:b:c x", "a:b:c 1 2", "1 a:b:c"}) {
    EXPECT_FALSE(parse_verbosity_change(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace kinode::terminal
