#include "base/log.h"

#include <../tests/support/scratch.h>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <sstream>
#include <thread>
#include <vector>

namespace kinode {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class LogTest : public testing::Test {
 protected:
  const fs::path& folder() const { return folder_; }
  LogFile file(std::size_t bytes = limits::kLogFileBytesMax, std::size_t files = 2) const {
    return {folder() / "node.log", bytes, files};
  }
  std::string content(const fs::path& path) const {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::string content() const { return content(folder() / "node.log"); }

 private:
  const support::Scratch scratch_;
  const fs::path folder_ = scratch_.path();
};

TEST_F(LogTest, ALineHasTimeLevelTagAndText) {
  {
    const auto log = make_file_log(file(), LogLevel::kInfo).value();
    Tagged(*log, "kernel").warn("mailbox=full process={}", "p:k:s");
  }
  EXPECT_THAT(content(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z warning "
                                      "kernel: mailbox=full process=p:k:s\n"));
}

TEST_F(LogTest, LinesBelowTheLeastLevelAreLeftOut) {
  {
    const auto log = make_file_log(file(), LogLevel::kWarn).value();
    EXPECT_FALSE(log->enabled(LogLevel::kInfo));
    EXPECT_TRUE(log->enabled(LogLevel::kError));
    const Tagged tagged(*log, "t");
    tagged.debug("one");
    tagged.info("two");
    tagged.warn("three");
    tagged.error("four");
    log->write(LogLevel::kInfo, "t", "five");
  }
  EXPECT_THAT(content(), HasSubstr("t: three\n"));
  EXPECT_THAT(content(), HasSubstr("error t: four\n"));
  EXPECT_THAT(content(), Not(HasSubstr("one")));
  EXPECT_THAT(content(), Not(HasSubstr("two")));
  EXPECT_THAT(content(), Not(HasSubstr("five")));
}

TEST_F(LogTest, TextFromOutsideCannotForgeLinesOrControlTheTerminal) {
  {
    const auto log = make_file_log(file(), LogLevel::kInfo).value();
    Tagged(*log, "t").info("{}", "a\n2025 error t: forged\x1b[2J\xff");
  }
  EXPECT_THAT(content(), HasSubstr("t: a\\n2025 error t: forged\\x1b[2J\xef\xbf\xbd\n"));
}

TEST_F(LogTest, ALongLineIsCut) {
  {
    const auto log = make_file_log(file(), LogLevel::kInfo).value();
    Tagged(*log, "t").info("{}", std::string(limits::kLogLineBytesMax + 10, 'x'));
  }
  EXPECT_THAT(content(), HasSubstr("xxx... and 10 more bytes\n"));
  EXPECT_LT(content().size(), limits::kLogLineBytesMax + 100);
}

TEST_F(LogTest, OldFilesGoWhenThereAreEnough) {
  {
    const auto log = make_file_log(file(1000, 3), LogLevel::kInfo).value();
    const Tagged tagged(*log, "t");
    for (int i = 0; i < 200; ++i) tagged.info("line number {}", i);
  }
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder())) {
    EXPECT_LE(fs::file_size(entry.path()), 1000u);
    ++files;
  }
  EXPECT_EQ(files, 3u);
  EXPECT_THAT(content(), HasSubstr("line number 199\n"));
}

TEST_F(LogTest, AFileThatCannotBeOpenedIsAnError) {
  std::ofstream(folder() / "file") << "x";
  const auto log = make_file_log({folder() / "file" / "node.log"}, LogLevel::kInfo);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Code::kIo);
  EXPECT_THAT(log.error().detail, HasSubstr("cannot log to " + folder().string()));
}

TEST_F(LogTest, ManyThreadsWriteWholeLines) {
  {
    const auto log = make_file_log(file(), LogLevel::kInfo).value();
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        const Tagged tagged(*log, "t");
        for (int i = 0; i < 200; ++i) tagged.info("from={} number={} end", t, i);
      });
    }
  }
  std::istringstream lines(content());
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    EXPECT_THAT(line, testing::EndsWith(" end"));
    ++count;
  }
  EXPECT_EQ(count, 800);
}

TEST_F(LogTest, StderrGetsTheSameLines) {
  testing::internal::CaptureStderr();
  {
    const auto log = make_stderr_log(LogLevel::kDebug);
    Tagged(*log, "boot").debug("hello");
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("Z debug boot: hello\n"));
}

TEST(CallbackLog, HandsOverEveryLine) {
  std::string seen;
  CallbackLog log([&](LogLevel level, std::string_view tag, std::string_view line) {
    seen += fmt::format("{} {} {};", static_cast<int>(level), tag, line);
  });
  Tagged(log, "a").info("x={}", 1);
  Tagged(log, "b").error("y");
  EXPECT_EQ(seen, "1 a x=1;3 b y;");
}

TEST(NullLog, FormatsNothing) {
  NullLog log;
  EXPECT_FALSE(log.enabled(LogLevel::kError));
  Tagged(log, "a").error("{}", "x");
}

}  // namespace
}  // namespace kinode
