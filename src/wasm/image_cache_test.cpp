#include "wasm/image_cache.h"

#include <../tests/support/scratch.h>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <thread>

#include "wasm/recording_host.h"
#include "wasm/test_component.h"
#include "wasm/wasmtime_engine.h"

namespace kinode::wasm {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uint64_t kRoom = 1 << 20;

class ImageCacheTest : public testing::Test {
 protected:
  const support::Scratch scratch;
  const fs::path root = scratch.path();
  const fs::path folder = root / "cache";

  ImageCache open(std::uint64_t bytes_max = kRoom) {
    return ImageCache::open(folder, bytes_max).value();
  }

  std::vector<fs::path> images() const {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path());
    return out;
  }

  static std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(ImageCacheTest, AnImageIsFoundByItsKeyAlsoAfterARestart) {
  ASSERT_TRUE(open().put("k1", as_bytes("image one")));
  ASSERT_TRUE(open().put("k2", as_bytes("image two")));
  EXPECT_EQ(content(open().find("k1").value()), "image one");
  EXPECT_EQ(content(open().find("k2").value()), "image two");
  EXPECT_FALSE(open().find("k3"));
}

TEST_F(ImageCacheTest, ADamagedImageIsRemovedNotUsed) {
  const auto cache = open();
  ASSERT_TRUE(cache.put("k", as_bytes("image")));
  std::ofstream(images().at(0), std::ios::binary) << "imagE";
  EXPECT_FALSE(cache.find("k"));
  EXPECT_TRUE(images().empty());
  ASSERT_TRUE(cache.put("k", as_bytes("image")));
  fs::resize_file(images().at(0), 0);
  EXPECT_FALSE(cache.find("k"));
}

TEST_F(ImageCacheTest, AForeignFileIsNotUsed) {
  const auto cache = open();
  std::ofstream(folder / "k-00.image") << "something";
  EXPECT_FALSE(cache.find("k"));
}

TEST_F(ImageCacheTest, ThoseNotUsedForLongestGoWhenThereIsNoRoom) {
  const auto cache = open(250);
  const std::string hundred(100, 'x');
  const auto age = [&](std::string_view key, int hours) {
    const auto path = cache.find(key).value();
    fs::last_write_time(path, fs::last_write_time(path) - std::chrono::hours(hours));
  };
  ASSERT_TRUE(cache.put("a", as_bytes(hundred)));
  ASSERT_TRUE(cache.put("b", as_bytes(hundred)));
  age("a", 2);
  age("b", 1);
  EXPECT_TRUE(cache.find("a"));  // now used last
  ASSERT_TRUE(cache.put("c", as_bytes(hundred)));
  EXPECT_TRUE(cache.find("a"));
  EXPECT_FALSE(cache.find("b"));
  EXPECT_TRUE(cache.find("c"));
}

TEST_F(ImageCacheTest, TheFolderIsPrivate) {
  open();
  struct stat info{};
  ASSERT_EQ(::stat(folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(ImageCacheTest, AFolderThatOthersCanWriteIsRefusedWithTheRemedy) {
  open();
  fs::permissions(folder, fs::perms::group_write, fs::perm_options::add);
  const auto refused = ImageCache::open(folder, kRoom);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  EXPECT_THAT(refused.error().detail, HasSubstr("can be written by others"));
  EXPECT_THAT(refused.error().detail, HasSubstr("chmod 700 " + folder.string()));
  EXPECT_FALSE(make_wasmtime_engine({.cache_dir = folder.string()}).has_value());
}

TEST_F(ImageCacheTest, AFileOrALinkInPlaceOfTheFolderIsRefused) {
  std::ofstream(folder.string()) << "";
  EXPECT_THAT(ImageCache::open(folder, kRoom).error().detail, HasSubstr("is not a folder"));
  fs::remove(folder);
  fs::create_directory_symlink(root, folder);
  EXPECT_THAT(ImageCache::open(folder, kRoom).error().detail, HasSubstr("is not a folder"));
}

/// What a component prints when it runs.
std::string run(const Program& program) {
  RecordingHost host;
  auto instance = program
                      .instantiate({.our = "n.os@p:k:sys",
                                    .limits = {},
                                    .temp_dir = {},
                                    .host = &host,
                                    .waker = nullptr})
                      .value();
  EXPECT_EQ(instance->poll(), Polled::kDone) << instance->failure();
  return host.calls.at(0);
}

class CachedEngineTest : public ImageCacheTest {
 protected:
  std::unique_ptr<Engine> start() {
    return make_wasmtime_engine({.cache_dir = folder.string()}).value();
  }
  static ByteVector printer(int verbosity) {
    return guest_doing(fmt::format("(call $print-to-terminal (i32.const {}) (i32.const 0) "
                                   "(i32.const 0))",
                                   verbosity))
        .binary();
  }
};

TEST_F(CachedEngineTest, TheSecondStartDoesNotCompile) {
  const auto one = printer(1), two = printer(2);
  const auto compile = [&](const ByteVector& component) {
    return run(*start()->compile(component).value());
  };
  EXPECT_EQ(compile(one), "print 1 ''");
  EXPECT_EQ(compile(one), "print 1 ''");
  ASSERT_EQ(images().size(), 1u);
  const auto first = images().at(0);
  EXPECT_EQ(compile(two), "print 2 ''");
  ASSERT_EQ(images().size(), 2u);
  // The image of one under the name of two: if nothing is compiled, two behaves like one.
  const auto all = images();
  const auto second = all.at(0) == first ? all.at(1) : all.at(0);
  const auto stem = [](const fs::path& p) { return p.filename().string().substr(0, 64); };
  const auto checksum = first.filename().string().substr(64);
  fs::copy_file(first, folder / (stem(second) + checksum));
  fs::remove(second);
  EXPECT_EQ(compile(two), "print 1 ''");
}

TEST_F(CachedEngineTest, ADamagedImageIsCompiledAgainAndReplaced) {
  const auto one = printer(1);
  EXPECT_TRUE(start()->compile(one));
  const auto path = images().at(0);
  const auto good = content(path);
  auto bad = good;
  bad[bad.size() / 2] ^= 1;
  std::ofstream(path, std::ios::binary) << bad;
  EXPECT_EQ(run(*start()->compile(one).value()), "print 1 ''");
  ASSERT_EQ(images().size(), 1u);
  EXPECT_EQ(content(images().at(0)), good);
}

TEST_F(CachedEngineTest, TwoNodesMayCompileTheSameAtTheSameTime) {
  const auto one = printer(1);
  std::vector<std::jthread> nodes;
  nodes.reserve(4);
  for (int i = 0; i < 4; ++i) {
    nodes.emplace_back([&, engine = std::shared_ptr(start())] {
      EXPECT_EQ(run(*engine->compile(one).value()), "print 1 ''");
    });
  }
  nodes.clear();
  EXPECT_EQ(images().size(), 1u);
  EXPECT_EQ(images().at(0).extension(), ".image");
}

TEST_F(CachedEngineTest, AFolderThatVanishesOnlyCostsTheCache) {
  std::vector<std::string> lines;
  CallbackLog log(
      [&](LogLevel, std::string_view, std::string_view line) { lines.emplace_back(line); });
  auto engine = make_wasmtime_engine({.cache_dir = folder.string(), .log = &log}).value();
  fs::remove_all(folder);
  EXPECT_EQ(run(*engine->compile(printer(1)).value()), "print 1 ''");
  EXPECT_THAT(lines, testing::ElementsAre(HasSubstr("a compiled program is not kept")));
}

}  // namespace
}  // namespace kinode::wasm
