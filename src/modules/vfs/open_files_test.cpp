// Cursors stay, descriptors come and go (io.md 8.5).
#include "modules/vfs/open_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/limits.h"

namespace kinode::vfs {
namespace {

class OpenFilesTest : public testing::Test {
 protected:
  void put(std::string_view path, std::uint64_t cursor = 1) {
    auto handle = std::make_shared<Handle>();
    handle->fd = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    EXPECT_TRUE(open.put(process, run, at(path), std::move(handle), cursor, epoch()).kept);
  }
  static VfsPath at(std::string_view path) { return VfsPath::parse(path).value(); }
  std::uint64_t epoch() { return open.find(process, at("/p:n/d/none")).epoch; }
  bool has_descriptor(std::string_view path) {
    return open.find(process, at(path)).handle != nullptr;
  }
  std::uint64_t cursor(std::string_view path) { return open.find(process, at(path)).cursor; }

  const msg::ProcessId process{"m", "p", "n"};
  OpenFiles open;
  const RunRef run = open.run_of(process);
};

TEST_F(OpenFilesTest, Q6_WhoWasUsedLongestAgoLosesItsDescriptor) {
  open.set_limit(2);
  put("/p:n/d/a");
  put("/p:n/d/b");
  EXPECT_TRUE(has_descriptor("/p:n/d/a"));  // used again
  put("/p:n/d/c");
  EXPECT_TRUE(has_descriptor("/p:n/d/a"));
  EXPECT_FALSE(has_descriptor("/p:n/d/b"));
  EXPECT_EQ(cursor("/p:n/d/b"), 1u);
  EXPECT_EQ(open.descriptors(), 2u);
}

TEST_F(OpenFilesTest, WhoIsAtTheStartIsForgottenWithItsDescriptor) {
  open.set_limit(1);
  for (int i = 0; i < 1000; ++i) put("/p:n/d/" + std::to_string(i), 0);
  EXPECT_EQ(open.files(), 1u);
}

TEST_F(OpenFilesTest, AProcessHasABoundedNumberOfCursors) {
  for (std::size_t i = 0; i < limits::kVfsOpenPerProcessMax; ++i) {
    ASSERT_TRUE(open.set_cursor(process, run, at("/p:n/d/" + std::to_string(i)), 7));
  }
  EXPECT_FALSE(open.set_cursor(process, run, at("/p:n/d/more"), 7));
  EXPECT_TRUE(open.set_cursor(process, run, at("/p:n/d/more"), 0));
  EXPECT_TRUE(open.set_cursor({"other", "p", "n"}, run, at("/p:n/d/more"), 7));
}

TEST_F(OpenFilesTest, NamesBelowADirectoryAreForgottenAndNoOthers) {
  for (const auto* path : {"/p:n/d/x", "/p:n/d/x-y", "/p:n/d/x/a", "/p:n/d/xa"}) put(path);
  open.forget_below(at("/p:n/d/x"));
  EXPECT_EQ(cursor("/p:n/d/x"), 0u);
  EXPECT_EQ(cursor("/p:n/d/x/a"), 0u);
  EXPECT_EQ(cursor("/p:n/d/x-y"), 1u);
  EXPECT_EQ(cursor("/p:n/d/xa"), 1u);
}

TEST_F(OpenFilesTest, WhatWasOpenedBeforeARenameIsNotKeptAfterIt) {
  const std::uint64_t before = epoch();
  open.forget_below(at("/p:n/d/other"));
  open.put(process, run, at("/p:n/d/a"), std::make_shared<Handle>(), 5, before);
  EXPECT_FALSE(has_descriptor("/p:n/d/a"));
  EXPECT_EQ(cursor("/p:n/d/a"), 5u);
}

TEST_F(OpenFilesTest, WhatARunHadAtWorkWhenItEndedLeavesNothingToTheNext) {
  put("/p:n/d/a", 3);
  open.forget(process);
  EXPECT_TRUE(open.set_cursor(process, run, at("/p:n/d/a"), 5));
  put("/p:n/d/b", 7);
  EXPECT_EQ(cursor("/p:n/d/a"), 0u);
  EXPECT_EQ(cursor("/p:n/d/b"), 0u);
  EXPECT_EQ(open.descriptors(), 0u);
  const RunRef next = open.run_of(process);
  EXPECT_TRUE(open.set_cursor(process, next, at("/p:n/d/a"), 9));
  EXPECT_EQ(cursor("/p:n/d/a"), 9u);
}

}  // namespace
}  // namespace kinode::vfs
