// Files as a backup sees them while programs go on changing them.
#include "modules/vfs/keeper.h"

#include <fstream>
#include <map>
#include <random>

#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

namespace fs = std::filesystem;

/// Path: content of a file, "->target" of a link, "/" for a directory.
using Tree = std::map<std::string, std::string>;

class KeeperTest : public VfsTest {
 protected:
  void SetUp() override { create_drive(); }

  void freeze() {
    ASSERT_TRUE(gate.close(std::chrono::seconds(1)));
    auto frozen = vfs->freezable().freeze();
    at_the_instant = on_disk_now();
    gate.open();
    ASSERT_TRUE(frozen);
    part = std::move(*frozen);
  }

  Tree on_disk_now() const {
    Tree out;
    const fs::path root = scratch / "vfs";
    for (auto it = fs::recursive_directory_iterator(root); it != fs::end(it); ++it) {
      const std::string name = it->path().lexically_relative(root);
      if (name.starts_with(".staging") || name.starts_with("p:n.os/tmp")) continue;
      out["vfs/" + name] = it->is_symlink()     ? "->" + fs::read_symlink(*it).string()
                           : it->is_directory() ? "/"
                                                : content_of(*it);
    }
    return out;
  }
  static std::string content_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// What the part shows. `between` is called before each entry and each piece of a file.
  Tree frozen(const std::function<void()>& between = [] {}) {
    Tree out;
    const auto done = part->walk([&](const port::FrozenEntry& entry) -> Status {
      between();
      if (entry.path == "vfs") return {};
      std::string& text = out[entry.path];
      if (entry.kind == port::FrozenEntry::Kind::kDirectory) text = "/";
      if (entry.kind == port::FrozenEntry::Kind::kLink) text = "->" + entry.target;
      if (entry.kind != port::FrozenEntry::Kind::kFile) return {};
      auto content = part->open(entry);
      if (!content) return std::unexpected(content.error());
      text.resize(entry.size);
      for (std::size_t at = 0; at < text.size(); at += kPiece) {
        between();
        const auto room = std::span(text).subspan(at, std::min(kPiece, text.size() - at));
        const auto got = (*content)->read(at, std::as_writable_bytes(room));
        if (!got) return std::unexpected(got.error());
        EXPECT_EQ(*got, room.size()) << entry.path;
      }
      return {};
    });
    EXPECT_TRUE(done) << done.error().detail;
    return out;
  }

  std::string write(const std::string& name, const std::string& content) {
    return act("/p:n.os/d/" + name, "Write", content);
  }
  std::string write_at(const std::string& name, std::size_t offset, const std::string& content) {
    return act("/p:n.os/d/" + name, fmt::format(R"({{"WriteAt":{{"offset":{}}}}})", offset),
               content);
  }
  std::string rename(const std::string& from, const std::string& to) {
    return act("/p:n.os/d/" + from,
               fmt::format(R"({{"Rename":{{"new_path":"/p:n.os/d/{}"}}}})", to));
  }
  std::string make(const std::string& name) { return act("/p:n.os/d/" + name, "CreateDirAll"); }
  std::size_t staged() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(scratch / "vfs/.staging")) ++n;
    return n;
  }

  static constexpr std::size_t kPiece = 50'000;
  static constexpr const char* kOk = "\"Ok\"";
  std::unique_ptr<port::FrozenPart> part;
  Tree at_the_instant;
};

TEST_F(KeeperTest, WhatIsLeftAloneIsReadFromWhereItIs) {
  ASSERT_EQ(write("a", "one"), kOk);
  ASSERT_EQ(make("sub/below"), kOk);
  ASSERT_EQ(write("sub/b", "two"), kOk);
  fs::create_symlink("a", on_disk("link"));
  freeze();
  EXPECT_EQ(frozen(), at_the_instant);
  EXPECT_EQ(staged(), 0u);
}

TEST_F(KeeperTest, ReplacedRemovedAndRenamedFilesAreAsTheyWere) {
  for (const char* name : {"a", "b", "c", "d"}) ASSERT_EQ(write(name, name), kOk);
  freeze();
  ASSERT_EQ(write("a", "new"), kOk);
  ASSERT_EQ(act("/p:n.os/d/b", "RemoveFile"), kOk);
  ASSERT_EQ(rename("c", "e"), kOk);
  ASSERT_EQ(rename("d", "a"), kOk);
  ASSERT_EQ(write("f", "after"), kOk);
  EXPECT_EQ(frozen(), at_the_instant);
  EXPECT_EQ(read("/p:n.os/d/a"), "d");
}

TEST_F(KeeperTest, OverwrittenTruncatedAndExtendedFilesAreAsTheyWere) {
  const std::string big = std::string(200'000, 'a') + std::string(200'000, 'b');
  for (const char* name : {"over", "cut", "grown", "anew"}) ASSERT_EQ(write(name, big), kOk);
  freeze();
  ASSERT_EQ(write_at("over", 100'000, std::string(150'000, 'x')), kOk);
  ASSERT_EQ(act("/p:n.os/d/cut", R"({"SetLen":1000})"), kOk);
  ASSERT_EQ(write_at("cut", 300'000, "far away"), kOk);
  ASSERT_EQ(act("/p:n.os/d/grown", "Append", std::string(100'000, 'y')), kOk);
  ASSERT_EQ(act("/p:n.os/d/anew", "CreateFile"), kOk);
  ASSERT_EQ(write_at("anew", 0, "short"), kOk);
  EXPECT_EQ(frozen(), at_the_instant);
}

TEST_F(KeeperTest, DirectoriesThatAreRenamedOrRemovedAreAsTheyWere) {
  ASSERT_EQ(make("x/deep"), kOk);
  ASSERT_EQ(make("y"), kOk);
  ASSERT_EQ(make("empty"), kOk);
  ASSERT_EQ(write("x/a", "1"), kOk);
  ASSERT_EQ(write("x/deep/b", "2"), kOk);
  ASSERT_EQ(write("y/c", "3"), kOk);
  freeze();
  ASSERT_EQ(rename("x", "z"), kOk);
  ASSERT_EQ(write("z/a", "new"), kOk);
  ASSERT_EQ(rename("z/deep", "flat"), kOk);
  ASSERT_EQ(act("/p:n.os/d/flat", "RemoveDirAll"), kOk);
  ASSERT_EQ(act("/p:n.os/d/y", "RemoveDirAll"), kOk);
  ASSERT_EQ(act("/p:n.os/d/empty", "RemoveDir"), kOk);
  ASSERT_EQ(make("x"), kOk);
  ASSERT_EQ(write("x/other", "new"), kOk);
  EXPECT_EQ(frozen(), at_the_instant);
}

TEST_F(KeeperTest, AWholeDriveThatIsRemovedIsStillThere) {
  ASSERT_EQ(make("sub"), kOk);
  ASSERT_EQ(write("sub/a", "1"), kOk);
  freeze();
  ASSERT_EQ(act("/p:n.os/d", "RemoveDirAll"), kOk);
  EXPECT_EQ(frozen(), at_the_instant);
}

TEST_F(KeeperTest, TheDriveTmpIsLeftOut) {
  ASSERT_EQ(act("/p:n.os/tmp", "CreateDrive"), kOk);
  ASSERT_EQ(act("/p:n.os/tmp/a", "Write", "x"), kOk);
  freeze();
  EXPECT_EQ(frozen(), at_the_instant);
}

TEST_F(KeeperTest, WhenItEndsNothingIsLeftBehind) {
  ASSERT_EQ(make("gone/deep"), kOk);
  ASSERT_EQ(write("gone/deep/a", "1"), kOk);
  ASSERT_EQ(write("b", "2"), kOk);
  freeze();
  ASSERT_EQ(act("/p:n.os/d/gone", "RemoveDirAll"), kOk);
  ASSERT_EQ(write("b", "new"), kOk);
  EXPECT_GT(staged(), 0u);
  part.reset();
  EXPECT_EQ(staged(), 0u);
  EXPECT_EQ(read("/p:n.os/d/b"), "new");
}

TEST_F(KeeperTest, AFileThatOnlyABackupHasAnotherNameOfIsReplacedAsAlways) {
  ASSERT_EQ(write("a", "old"), kOk);
  freeze();
  ASSERT_EQ(rename("a", "b"), kOk);
  struct stat before{};
  ASSERT_EQ(::stat(on_disk("b").c_str(), &before), 0);
  EXPECT_EQ(before.st_nlink, 2u);
  ASSERT_EQ(write("b", "new"), kOk);
  struct stat after{};
  ASSERT_EQ(::stat(on_disk("b").c_str(), &after), 0);
  EXPECT_NE(after.st_ino, before.st_ino) << "written over, where a crash could leave half of it";
}

TEST_F(KeeperTest, AFileThatShrinksOutsideOfTheNodeIsNamed) {
  ASSERT_EQ(write("a", std::string(100'000, 'a')), kOk);
  freeze();
  const auto done = part->walk([&](const port::FrozenEntry& entry) -> Status {
    if (entry.path != "vfs/p:n.os/d/a") return {};
    auto content = part->open(entry);
    if (!content) return std::unexpected(content.error());
    fs::resize_file(on_disk("a"), 10);
    std::string room(100'000, '\0');
    const auto got = (*content)->read(0, std::as_writable_bytes(std::span(room)));
    if (!got) return std::unexpected(got.error());
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().detail, testing::HasSubstr("d/a became shorter"));
}

/// Random changes of a small tree, before the instant and while it is read.
class KeeperRandomTest : public KeeperTest, public testing::WithParamInterface<unsigned> {
 protected:
  std::size_t below(std::size_t n) { return random() % n; }

  std::string name() {
    static const std::vector<std::string> kNames = {"a",   "b",   "x",     "y",   "x/a",   "x/b",
                                                    "y/a", "x/x", "x/x/a", "y/y", "y/y/a", "y/y/b"};
    return kNames[below(kNames.size())];
  }

  std::string content() {
    return std::string(below(3) == 0 ? below(300'000) : below(3'000),
                       static_cast<char>('a' + below(26)));
  }

  void change() {
    const std::string path = "/p:n.os/d/" + name();
    switch (below(12)) {
      case 0:
      case 1:
        act(path, "Write", content());
        break;
      case 2:
      case 3:
        act(path, fmt::format(R"({{"WriteAt":{{"offset":{}}}}})", below(200'000)), content());
        break;
      case 4:
        act(path, "Append", content());
        break;
      case 5:
        act(path, fmt::format(R"({{"SetLen":{}}})", below(250'000)));
        break;
      case 6:
        act(path, "CreateFile");
        break;
      case 7:
        act(path, "RemoveFile");
        break;
      case 8:
        act(path, "CreateDirAll");
        break;
      case 9:
        rename(name(), name());
        break;
      case 10:
        act(path, below(2) == 0 ? "RemoveDirAll" : "RemoveDir");
        break;
      default:
        act(path, fmt::format(R"({{"CopyFile":{{"new_path":"/p:n.os/d/{}"}}}})", name()));
    }
  }

  std::mt19937 random{GetParam()};
};

TEST_P(KeeperRandomTest, ShowsTheTreeOfTheInstant) {
  for (int i = 0; i < 60; ++i) change();
  for (int round = 0; round < 3; ++round) {
    freeze();
    for (std::size_t n = below(30); n > 0; --n) change();
    const Tree shown = frozen([this] {
      for (std::size_t n = below(4); n > 0; --n) change();
    });
    ASSERT_EQ(shown.size(), at_the_instant.size());
    for (const auto& [path, text] : at_the_instant) {
      ASSERT_TRUE(shown.contains(path)) << path;
      ASSERT_TRUE(shown.at(path) == text) << path << " differs; seed " << GetParam();
    }
    part.reset();
    ASSERT_EQ(staged(), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, KeeperRandomTest, testing::Range(0u, 40u));

}  // namespace
}  // namespace kinode::vfs
