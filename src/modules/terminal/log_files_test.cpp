#include "modules/terminal/log_files.h"

#include <../tests/support/scratch.h>
#include <gmock/gmock.h>

namespace kinode::terminal {
namespace {

using support::Scratch;

using testing::ElementsAre;

constexpr std::int64_t kFriday = 1738328709'000;  // 2025-01-31 14:05:09 +0100
constexpr std::int64_t kSecond = 1000;

class Logs : public testing::Test {
 protected:
  const Scratch scratch;
  const FixedZone zone{60};
  const std::string folder = scratch / "logs";
};

TEST_F(Logs, HaveTheirTimeInNameAndLines) {
  LogFiles files(folder, {}, zone);
  ASSERT_TRUE(files.append(kFriday, "chess:sys: game started"));
  ASSERT_TRUE(files.append(kFriday + 61 * kSecond, "two\nlines"));
  ASSERT_TRUE(files.flush());
  EXPECT_EQ(scratch.read("logs/2025-01-31-14:05:09.log"),
            "[Fri, 31 Jan 2025 14:05:09 +0100] chess:sys: game started\n"
            "[Fri, 31 Jan 2025 14:06:10 +0100] two\nlines\n");
}

TEST_F(Logs, TouchNothingBeforeTheFirstLine) {
  {
    LogFiles files(folder, {}, zone);
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(Logs, AreOnlyForTheirOwner) {
  LogFiles files(folder, {}, zone);
  ASSERT_TRUE(files.append(kFriday, "x"));
  const auto mode = std::filesystem::status(folder + "/2025-01-31-14:05:09.log").permissions();
  EXPECT_EQ(static_cast<unsigned>(mode), 0600u);
}

TEST_F(Logs, BeginANewFileAtEveryStart) {
  for (int start = 0; start < 3; ++start) {
    LogFiles files(folder, {}, zone);
    ASSERT_TRUE(files.append(kFriday, std::to_string(start)));
  }
  EXPECT_THAT(scratch.names("logs"),
              ElementsAre("2025-01-31-14:05:09-1.log", "2025-01-31-14:05:09-2.log",
                          "2025-01-31-14:05:09.log"));
}

TEST_F(Logs, RotateWhenAFileWouldOutgrowItsShare) {
  LogFiles files(folder, {400, 4}, zone);
  // 35 bytes of time and end, 15 of content: the second line would reach 100.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(files.append(kFriday + i * kSecond, std::string(15, static_cast<char>('a' + i))));
  }
  ASSERT_TRUE(files.flush());
  EXPECT_EQ(scratch.names("logs").size(), 3u);
  EXPECT_THAT(scratch.read("logs/2025-01-31-14:05:10.log"), testing::HasSubstr("bbbbb"));
}

TEST_F(Logs, RotateAtExactlyTheShare) {
  LogFiles files(folder, {400, 4}, zone);
  ASSERT_TRUE(files.append(kFriday, std::string(15, 'a')));
  ASSERT_TRUE(files.append(kFriday + kSecond, std::string(14, 'b')));  // 99 bytes together
  EXPECT_EQ(scratch.names("logs").size(), 1u);
}

TEST_F(Logs, KeepTheNewestFiles) {
  LogFiles files(folder, {400, 4}, zone);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(files.append(kFriday + i * kSecond, std::string(90, 'a')));
  EXPECT_THAT(scratch.names("logs"),
              ElementsAre("2025-01-31-14:05:15.log", "2025-01-31-14:05:16.log",
                          "2025-01-31-14:05:17.log", "2025-01-31-14:05:18.log"));
}

TEST_F(Logs, RemoveOnlyLogs) {
  std::filesystem::create_directories(folder + "/old.log");
  scratch.write("logs/notes.txt", "mine");
  LogFiles files(folder, {100, 1}, zone);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(files.append(kFriday + i * kSecond, std::string(90, 'a')));
  EXPECT_THAT(scratch.names("logs"),
              ElementsAre("2025-01-31-14:05:11.log", "notes.txt", "old.log"));
}

TEST_F(Logs, WithoutABoundNeverRotate) {
  LogFiles files(folder, {0, 4}, zone);
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(files.append(kFriday + i * kSecond, std::string(5000, 'a')));
  EXPECT_EQ(scratch.names("logs").size(), 1u);
}

TEST_F(Logs, AreWrittenSomewhereElseWhenTheirFolderWasRemoved) {
  LogFiles files(folder, {400, 4}, zone);
  ASSERT_TRUE(files.append(kFriday, std::string(90, 'a')));
  std::filesystem::remove_all(folder);
  ASSERT_TRUE(files.append(kFriday + kSecond, std::string(90, 'b')));
  EXPECT_EQ(scratch.names("logs").size(), 1u);
}

TEST_F(Logs, SayWhatIsWrongAndTryAgain) {
  scratch.write("logs", "a file where the folder should be");
  LogFiles files(folder, {}, zone);
  const Status failed = files.append(kFriday, "lost");
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().detail, testing::HasSubstr("make room and rights"));
  std::filesystem::remove(folder);
  ASSERT_TRUE(files.append(kFriday, "kept"));
  ASSERT_TRUE(files.flush());
  EXPECT_THAT(scratch.read_all("logs"), testing::HasSubstr("kept"));
}

}  // namespace
}  // namespace kinode::terminal
