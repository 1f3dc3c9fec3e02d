// Faults of the original that do not exist here, by their numbers in io.md 14.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kOk = R"("Ok")";
constexpr std::string_view kOther = "other:q:m.os";

class VfsFaults : public VfsTest {
 protected:
  VfsFaults() { create_drive(); }
  void limit_descriptors(std::size_t count) {
    vfs->handle(support::request("a.os@fd-manager:distro:sys", "a.os@vfs:distro:sys",
                                 fmt::format(R"({{"FdsLimit":{}}})", count)));
    port.executor().run_until_idle();
    port.sent.clear();
  }
  /// Requests to the descriptor manager since the last look.
  std::vector<std::string> told_fd_manager() {
    std::vector<std::string> out;
    for (const auto& envelope : std::exchange(port.sent, {})) {
      if (envelope->target->process.process == "fd-manager") {
        out.emplace_back(envelope->request()->body.text());
      }
    }
    return out;
  }
};

std::size_t descriptors_of_this_process() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

TEST_F(VfsFaults, S15_LinksOutOfTheDriveAreNotFollowed) {
  scratch.write("secret", "secret");
  ::symlink((scratch / "secret").c_str(), on_disk("absolute").c_str());
  ::symlink("../../../secret", on_disk("relative").c_str());
  ::symlink((scratch.path()).c_str(), on_disk("dir").c_str());
  act("/p:n.os/e", "CreateDrive");
  act("/p:n.os/e/x", "Write", "of another drive");
  ::symlink("../e/x", on_disk("sideways").c_str());
  const std::string refused = io_text("the path leads through a link out of its drive");
  for (const auto* name : {"absolute", "relative", "dir/secret", "sideways"}) {
    const std::string path = std::string("/p:n.os/d/") + name;
    for (const auto* action : {"Read", "ReadToEnd", "Metadata", "Len", "Hash", "CreateFile",
                               R"({"OpenFile":{"create":true}})", R"({"SetLen":0})"}) {
      EXPECT_EQ(act(path, action), refused) << path << " " << action;
    }
    EXPECT_EQ(act(path, "Append", "x"), refused);
  }
  EXPECT_EQ(act("/p:n.os/d/dir/new", "Write", "x"), refused);
  EXPECT_EQ(act("/p:n.os/d/dir/new", "CreateDir"), refused);
  EXPECT_EQ(act("/p:n.os/d/dir/new/x", "CreateDirAll"), refused);
  EXPECT_EQ(act("/p:n.os/d/dir/secret", "RemoveFile"), refused);
  EXPECT_EQ(act("/p:n.os/d/dir", "ReadDir"), refused);
  EXPECT_EQ(act("/p:n.os/d/dir/secret", R"({"Rename":{"new_path":"/p:n.os/d/mine"}})"), refused);
  EXPECT_EQ(act("/p:n.os/d/absolute", "Write", "x"), refused);
  EXPECT_EQ(scratch.read("secret"), "secret");
  EXPECT_EQ(read("/p:n.os/e/x"), "of another drive");
}

TEST_F(VfsFaults, S15_LinksWithinTheDriveWork) {
  act("/p:n.os/d/x", "CreateDir");
  act("/p:n.os/d/x/f", "Write", "content");
  ::symlink("x", on_disk("link").c_str());
  ::symlink("x/f", on_disk("file").c_str());
  EXPECT_EQ(read("/p:n.os/d/link/f"), "content");
  EXPECT_EQ(act("/p:n.os/d/file", "Metadata"), R"({"Metadata":{"file_type":"File","len":7}})");
  EXPECT_EQ(act("/p:n.os/d/file", "Write", "through it"), kOk);
  EXPECT_EQ(read("/p:n.os/d/x/f"), "through it");
  EXPECT_EQ(act("/p:n.os/d/file", "RemoveFile"), kOk);
  EXPECT_EQ(read("/p:n.os/d/x/f"), "through it");
}

TEST_F(VfsFaults, S15_ADriveOrPackageThatIsALinkIsNotEntered) {
  fs::create_directory(scratch / "elsewhere");
  scratch.write("elsewhere/f", "x");
  ::symlink((scratch / "elsewhere").c_str(), (scratch / "vfs/p:n.os/linked").c_str());
  EXPECT_THAT(act("/p:n.os/linked/f", "Read"), HasSubstr("Too many levels of symbolic links"));
  EXPECT_THAT(act("/p:n.os/linked", "ReadDir"), HasSubstr("IOError"));
}

TEST_F(VfsFaults, S15_ADirectoryThatBecomesALinkBetweenTwoRequestsLeadsNowhere) {
  fs::create_directory(scratch / "elsewhere");
  scratch.write("elsewhere/f", "outside");
  act("/p:n.os/d/x", "CreateDir");
  act("/p:n.os/d/x/f", "Write", "inside");
  fs::rename(on_disk("x"), on_disk("y"));
  ::symlink((scratch / "elsewhere").c_str(), on_disk("x").c_str());
  EXPECT_THAT(act("/p:n.os/d/x/f", "Read"), HasSubstr("out of its drive"));
  EXPECT_THAT(act("/p:n.os/d/x/f", "Write", "overwritten"), HasSubstr("out of its drive"));
  EXPECT_EQ(scratch.read("elsewhere/f"), "outside");
}

TEST_F(VfsFaults, S15_APipeIsNotWaitedFor) {
  ::mkfifo(on_disk("pipe").c_str(), 0644);
  for (const auto* action : {"Read", "ReadToEnd", "Hash", R"({"OpenFile":{"create":true}})"}) {
    EXPECT_THAT(act("/p:n.os/d/pipe", action), HasSubstr("IOError")) << action;
  }
  EXPECT_EQ(act("/p:n.os/d/pipe", "Metadata"), R"({"Metadata":{"file_type":"Other","len":0}})");
}

TEST_F(VfsFaults, S18_ARootThatMakesAForeignDriveGetsItsRights) {
  EXPECT_EQ(act("/q:m.os/d", "CreateDrive"), R"({"Err":"NoWriteCap"})");
  grant("m:p:n.os", R"({"root":true})");
  EXPECT_EQ(act("/q:m.os/d", "CreateDrive"), kOk);
  EXPECT_TRUE(
      port.has_capability(msg::ProcessId::parse("m:p:n.os").value(),
                          msg::Capability(msg::Address::parse("a.os@vfs:distro:sys").value(),
                                          R"({"kind":"write","drive":"/q:m.os/d"})")));
}

TEST_F(VfsFaults, S18_CopyingNeedsOnlyTheRightToReadItsSource) {
  act("/p:n.os/d/a", "Write", "content");
  act("/q:m.os/e", "CreateDrive", std::nullopt, kOther);
  const std::string copy = R"({"CopyFile":{"new_path":"/q:m.os/e/a"}})";
  EXPECT_EQ(act("/p:n.os/d/a", copy, std::nullopt, kOther), R"({"Err":"NoWriteCap"})");
  grant(kOther, R"({"kind":"read","drive":"/p:n.os/d"})");
  EXPECT_EQ(act("/p:n.os/d/a", copy, std::nullopt, kOther), kOk);
  // Renaming takes it away, so that needs the right to write.
  EXPECT_EQ(act("/p:n.os/d/a", R"({"Rename":{"new_path":"/q:m.os/e/b"}})", std::nullopt, kOther),
            R"({"Err":"NoWriteCap"})");
}

TEST_F(VfsFaults, D7_TenGigabytesAreNotAllocatedForAnExactRead) {
  act("/p:n.os/d/a", "Write", "short");
  for (const auto* length : {"10737418240", "18446744073709551615"}) {
    EXPECT_EQ(act("/p:n.os/d/a", fmt::format(R"({{"ReadExact":{{"length":{}}}}})", length)),
              io_text("early eof"));
  }
  EXPECT_EQ(act("/p:n.os/d/a", R"({"SetLen":10737418240})"), kOk);
  for (const auto* action : {"Read", "ReadToEnd", R"({"ReadExact":{"length":10737418240}})",
                             R"({"ReadAt":{"offset":0,"length":10737418240}})"}) {
    EXPECT_THAT(act("/p:n.os/d/a", action), HasSubstr("a message carries at most")) << action;
  }
  EXPECT_THAT(act("/p:n.os/d/a", "ReadToString"), HasSubstr("too much text"));
}

TEST_F(VfsFaults, D9_DescriptorsStayWithinTheLimitAndCursorsAreKept) {
  limit_descriptors(3);
  const std::size_t before = descriptors_of_this_process();
  for (int i = 0; i < 50; ++i) {
    const std::string path = fmt::format("/p:n.os/d/{}", i);
    act(path, "CreateFile");
    act(path, "WriteAll", "one ");
  }
  EXPECT_LE(descriptors_of_this_process(), before + 3);
  for (int i = 0; i < 50; ++i) {
    const std::string path = fmt::format("/p:n.os/d/{}", i);
    EXPECT_EQ(act(path, "WriteAll", "two"), kOk);
    EXPECT_EQ(read(path), "one two");
  }
  EXPECT_LE(descriptors_of_this_process(), before + 3);
}

TEST_F(VfsFaults, D9_ALimitOfNothingIsOne) {
  limit_descriptors(0);
  act("/p:n.os/d/a", "CreateFile");
  act("/p:n.os/d/b", "CreateFile");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "x"), kOk);
  EXPECT_EQ(act("/p:n.os/d/b", "WriteAll", "y"), kOk);
}

TEST_F(VfsFaults, R9_ANewLimitCountsAtOnce) {
  limit_descriptors(20);
  const std::size_t before = descriptors_of_this_process();
  for (int i = 0; i < 20; ++i) act(fmt::format("/p:n.os/d/{}", i), "CreateFile");
  EXPECT_EQ(descriptors_of_this_process(), before + 20);
  limit_descriptors(4);
  EXPECT_EQ(descriptors_of_this_process(), before + 4);
}

TEST_F(VfsFaults, AHitIsToldToTheDescriptorManagerOnceASecond) {
  limit_descriptors(2);
  for (int i = 0; i < 9; ++i) {
    send(body(fmt::format("/p:n.os/d/{}", i), "CreateFile"));
    port.executor().run_until_idle();
  }
  EXPECT_THAT(told_fd_manager(), ElementsAre("\"FdsLimitHit\""));
  port.executor().advance(std::chrono::seconds(1));
  send(body("/p:n.os/d/more", "CreateFile"));
  port.executor().run_until_idle();
  EXPECT_THAT(told_fd_manager(), ElementsAre("\"FdsLimitHit\""));
}

TEST_F(VfsFaults, D10_WhatBelongsToAProcessGoesWithIt) {
  const std::size_t before = descriptors_of_this_process();
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":2}})"), "he");
  EXPECT_EQ(descriptors_of_this_process(), before + 1);
  vfs->process_ended(msg::ProcessId::parse("m:p:n.os").value());
  EXPECT_EQ(descriptors_of_this_process(), before);
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "hello");
  // Its last messages may come after its end.
  port.dead.insert(msg::ProcessId::parse("m:p:n.os").value());
  vfs->process_ended(msg::ProcessId::parse("m:p:n.os").value());
  send(body("/p:n.os/d/a", "WriteAll"), "J");
  port.executor().run_until_idle();
  EXPECT_EQ(descriptors_of_this_process(), before);
  EXPECT_EQ(scratch.read("vfs/p:n.os/d/a"), "Jello");
}

TEST_F(VfsFaults, R1_RequestsOfAProcessAreDoneInOrder) {
  // None waits for an answer.
  send(body("/p:n.os/d/x", "CreateDir"));
  send(body("/p:n.os/d/x/f", "CreateFile"));
  for (int i = 0; i < 100; ++i) send(body("/p:n.os/d/x/f", "WriteAll"), fmt::format("{} ", i));
  send(body("/p:n.os/d/x", R"({"Rename":{"new_path":"/p:n.os/d/y"}})"));
  send(body("/p:n.os/d/y/f", "Len"));
  send(body("/p:n.os/d/y", "RemoveDirAll"));
  send(body("/p:n.os/d", "ReadDir"));
  const auto all = answers();
  ASSERT_EQ(all.size(), 106u);
  for (std::size_t i = 0; i < 103; ++i) EXPECT_EQ(all[i].body, kOk) << i;
  EXPECT_EQ(all[103].body, R"({"Len":290})");
  EXPECT_EQ(all[104].body, kOk);
  EXPECT_EQ(all[105].body, R"({"ReadDir":[]})");
}

TEST_F(VfsFaults, R2_EachProcessHasItsOwnCursor) {
  grant(kOther, R"({"drive":"/p:n.os/d","kind":"read"})");
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":2}})"), "he");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":3}})", kOther), "hel");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "llo");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd", kOther), "lo");
}

TEST_F(VfsFaults, R3_AnAcknowledgedWriteIsSeenByEveryLaterRead) {
  grant(kOther, R"({"drive":"/p:n.os/d","kind":"read"})");
  act("/p:n.os/d/a", "CreateFile");
  std::string all;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(act("/p:n.os/d/a", i % 2 == 0 ? "WriteAll" : "Append", "part "), kOk);
    all += "part ";
    EXPECT_EQ(read("/p:n.os/d/a"), all);
    EXPECT_EQ(read("/p:n.os/d/a", "Read", kOther), all);
    EXPECT_EQ(act("/p:n.os/d/a", "Len"), fmt::format(R"({{"Len":{}}})", all.size()));
  }
}

TEST_F(VfsFaults, R4_AHandleNeverOutlivesItsName) {
  const auto start_writing = [&](std::string_view path) {
    act(path, "CreateFile");
    act(path, "WriteAll", "old");
  };
  act("/p:n.os/d/x", "CreateDir");
  start_writing("/p:n.os/d/x/f");
  act("/p:n.os/d/x", R"({"Rename":{"new_path":"/p:n.os/d/y"}})");
  EXPECT_EQ(act("/p:n.os/d/x/f", "WriteAll", "lost"), kNotThere);
  EXPECT_EQ(read("/p:n.os/d/y/f"), "old");
  start_writing("/p:n.os/d/y/f");
  act("/p:n.os/d/y", "RemoveDirAll");
  act("/p:n.os/d/y", "CreateDir");
  EXPECT_EQ(act("/p:n.os/d/y/f", "WriteAll", "lost"), kNotThere);
  start_writing("/p:n.os/d/a");
  act("/p:n.os/d/a", "Write", "another file");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "+"), kOk);
  EXPECT_EQ(read("/p:n.os/d/a"), "ano+her file");
  act("/p:n.os/d/b", "Write", "copied");
  act("/p:n.os/d/b", R"({"CopyFile":{"new_path":"/p:n.os/d/a"}})");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "!"), kOk);
  EXPECT_EQ(read("/p:n.os/d/a"), "copi!d");
}

TEST_F(VfsFaults, R4_WhatTheOwnerPutsInItsPlaceIsUsed) {
  act("/p:n.os/d/a", "Write", "first");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":1}})"), "f");
  scratch.write("vfs/p:n.os/d/new", "second");
  fs::rename(on_disk("new"), on_disk("a"));
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "econd");
}

TEST_F(VfsFaults, Q5_ANewFileBeginsAtItsStart) {
  limit_descriptors(1);
  act("/p:n.os/d/a", "CreateFile");
  act("/p:n.os/d/a", "WriteAll", "0123456789");
  act("/p:n.os/d/b", "CreateFile");  // takes the descriptor
  act("/p:n.os/d/a", "CreateFile");
  act("/p:n.os/d/a", "WriteAll", "x");
  EXPECT_EQ(read("/p:n.os/d/a"), "x");
  act("/p:n.os/d/b", "CreateFile");
  act("/p:n.os/d/a", "RemoveFile");
  act("/p:n.os/d/a", R"({"OpenFile":{"create":true}})");
  act("/p:n.os/d/a", "WriteAll", "y");
  EXPECT_EQ(read("/p:n.os/d/a"), "y");
}

TEST_F(VfsFaults, Q20_FailuresOfTheSystemHaveANameInTheBlob) {
  EXPECT_EQ(ask(body("/p:n.os/d/none", "Read")).blob, R"({"kind":"NotFound"})");
  EXPECT_EQ(ask(body("/p:n.os/d", "CreateDir")).blob, R"({"kind":"AlreadyExists"})");
  EXPECT_EQ(ask(body("/p:n.os/d", "Len")).blob, R"({"kind":"IsADirectory"})");
  EXPECT_EQ(ask(body("/p:n.os", "Len")).blob, "-");
}

TEST_F(VfsFaults, ReadOnlyFilesCanBeRead) {
  act("/p:n.os/d/a", "Write", "hello");
  ::chmod(on_disk("a").c_str(), 0444);
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":2}})"), "he");
  EXPECT_EQ(act("/p:n.os/d/a", "Len"), R"({"Len":5})");
  if (::geteuid() != 0) {
    EXPECT_EQ(act("/p:n.os/d/a", "Append", "x"), io_text("Permission denied (os error 13)"));
    EXPECT_EQ(act("/p:n.os/d/a", "Write", "x"), io_text("Permission denied (os error 13)"));
  }
}

TEST_F(VfsFaults, AFullDiskIsAnErrorAndKeepsWhatWasThere) {
  act("/p:n.os/d/a", "Write", "precious");
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = ::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit tight{100'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const std::string large(200'000, 'x');
  const std::string full = io_text("File too large (os error 27)");
  EXPECT_EQ(act("/p:n.os/d/a", "Write", large), full);
  EXPECT_EQ(read("/p:n.os/d/a"), "precious");
  for (const auto* action : {"Append", R"({"WriteAt":{"offset":4}})", "WriteAll"}) {
    EXPECT_EQ(act("/p:n.os/d/a", action, large), full);
    EXPECT_EQ(act("/p:n.os/d/a", "Len"), R"({"Len":8})") << action;
  }
  EXPECT_EQ(act("/p:n.os/d/a", "Append", "!"), kOk);
  EXPECT_EQ(act("/p:n.os/d/a", "Len"), R"({"Len":9})");
  EXPECT_EQ(act("/p:n.os/d/b", "Write", large), full);
  EXPECT_EQ(act("/p:n.os/d/b", "Read"), kNotThere);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, handler);
  EXPECT_EQ(act("/p:n.os/d/a", "Write", large), kOk);
  EXPECT_TRUE(fs::is_empty(scratch / "vfs/.staging"));
}

TEST_F(VfsFaults, AFloodIsRefusedAndOthersAreServed) {
  grant(kOther, R"({"drive":"/p:n.os/d","kind":"read"})");
  for (int i = 0; i < 1100; ++i) send(body("/p:n.os/d/a", "CloseFile"));
  send(body("/p:n.os/d", "Len"), std::nullopt, kOther);
  const auto all = answers();
  EXPECT_EQ(std::ranges::count(all, io_text("Resource temporarily unavailable (os error 11)"),
                               &Answer::body),
            100);
  EXPECT_EQ(std::ranges::count(all, io_text("Is a directory (os error 21)"), &Answer::body), 1);
}

TEST_F(VfsFaults, APathOfALengthThatTheSystemRefusesIsAnError) {
  const std::string part(255, 'x');
  EXPECT_EQ(act("/p:n.os/d/" + part, "CreateDir"), kOk);
  EXPECT_EQ(act("/p:n.os/d/" + part + "x", "CreateDir"),
            io_text("File name too long (os error 36)"));
  std::string path = "/p:n.os/d";
  for (int i = 0; i < 17; ++i) path += "/" + part;
  EXPECT_EQ(act(path, "CreateDirAll"), io_text("File name too long (os error 36)"));
}

}  // namespace
}  // namespace kinode::vfs
