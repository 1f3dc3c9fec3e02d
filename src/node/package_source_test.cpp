// Each way in which a package can lie on disk, and each mistake in it.
#include "node/package_source.h"

#include <../tests/support/scratch.h>
#include <archive.h>
#include <archive_entry.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::node {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Not;

constexpr std::string_view kMetadata =
    R"({"name":"App","properties":{"package_name":"app","publisher":"test.os",)"
    R"("current_version":"1.0.0","mirrors":[],"code_hashes":{"1.0.0":""},"wit_version":1}})";

std::string zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out(1u << 20, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  archive_write_set_bytes_per_block(writer, 0);
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

std::string pkg_zip() { return zip({{"manifest.json", "[]"}, {"app.wasm", "wasm"}}); }

class PackageSourceTest : public testing::Test {
 protected:
  /// The one package at `path`.
  kernel::Package package(const std::string& path) {
    auto packages = read_packages(path);
    if (!packages || packages->size() != 1) {
      ADD_FAILURE() << (packages ? "not one package" : packages.error().detail);
      return {};
    }
    return packages->front();
  }

  std::string complaint(const std::string& path) {
    const auto packages = read_packages(path);
    EXPECT_FALSE(packages);
    if (packages) return {};
    EXPECT_THAT(packages.error().detail, HasSubstr(path)) << "names the package";
    return packages.error().detail;
  }

  void make_directory() {
    fs::create_directories(scratch / "app/pkg/ui");
    scratch.write("app/metadata.json", kMetadata);
    scratch.write("app/pkg/manifest.json", "[]");
    scratch.write("app/pkg/app.wasm", "wasm");
    scratch.write("app/pkg/ui/index.html", "<p>");
  }

  support::Scratch scratch;
};

TEST_F(PackageSourceTest, ReadsADirectoryAsKitLaysItOut) {
  make_directory();
  scratch.write("app/pkg/empty", "");
  const auto read = package(scratch / "app");
  EXPECT_EQ(read.id.text(), "app:test.os");
  EXPECT_EQ(read.wit_version, 1u);
  EXPECT_THAT(read.files, ElementsAre(Key("app.wasm"), Key("empty"), Key("manifest.json"),
                                      Key("ui/index.html")));
  EXPECT_EQ(read.files.at("app.wasm").text(), "wasm");
  EXPECT_EQ(package(scratch / "app/").id.text(), "app:test.os");
}

TEST_F(PackageSourceTest, DoesNotFollowLinksOutOfADirectory) {
  make_directory();
  scratch.write("secret", "secret");
  fs::create_symlink(scratch / "secret", scratch / "app/pkg/stolen");
  fs::create_directory_symlink(scratch.path(), scratch / "app/pkg/all");
  for (const auto& [path, content] : package(scratch / "app").files) {
    EXPECT_NE(content.text(), "secret") << path;
  }
}

TEST_F(PackageSourceTest, ReadsAZipOfADirectory) {
  scratch.write("app.zip", zip({{"metadata.json", std::string(kMetadata)},
                                {"pkg/manifest.json", "[]"},
                                {"pkg/app.wasm", "wasm"},
                                {"README.md", "not part of it"}}));
  const auto read = package(scratch / "app.zip");
  EXPECT_EQ(read.id.text(), "app:test.os");
  EXPECT_THAT(read.files, ElementsAre(Key("app.wasm"), Key("manifest.json")));
}

TEST_F(PackageSourceTest, FindsTheMetadataBesideAZip) {
  fs::create_directories(scratch / "dir/target");
  fs::create_directories(scratch / "dir/target/app");
  for (const auto* beside : {"dir/target/app.metadata.json", "dir/target/metadata.json",
                             "dir/target/app/metadata.json", "dir/metadata.json"}) {
    scratch.write("dir/target/app.zip", pkg_zip());
    scratch.write(beside, kMetadata);
    EXPECT_EQ(package(scratch / "dir/target/app.zip").id.text(), "app:test.os") << beside;
    fs::remove(scratch / beside);
  }
}

TEST_F(PackageSourceTest, FindsTheMetadataInsideAZip) {
  scratch.write("app.zip",
                zip({{"manifest.json", "[]"}, {"metadata.json", std::string(kMetadata)}}));
  EXPECT_EQ(package(scratch / "app.zip").id.text(), "app:test.os");
}

TEST_F(PackageSourceTest, ReadsABundle) {
  std::string other(kMetadata);
  other.replace(other.find("\"app\""), 5, "\"two\"");
  scratch.write("packages.zip",
                zip({{"file_to_metadata.json",
                      "{\"a.zip\":" + std::string(kMetadata) + ",\"b.zip\":" + other + "}"},
                     {"a.zip", pkg_zip()},
                     {"b.zip", zip({{"manifest.json", "[]"}})}}));
  const auto packages = read_packages(scratch / "packages.zip");
  ASSERT_TRUE(packages) << packages.error().detail;
  ASSERT_EQ(packages->size(), 2u);
  EXPECT_EQ((*packages)[0].id.text(), "app:test.os");
  EXPECT_EQ((*packages)[1].id.text(), "two:test.os");
  EXPECT_THAT((*packages)[1].files, ElementsAre(Key("manifest.json")));
}

TEST_F(PackageSourceTest, SaysThatNothingIsThere) {
  EXPECT_THAT(complaint(scratch / "missing"), HasSubstr("is not there"));
}

TEST_F(PackageSourceTest, SaysWhatADirectoryLacks) {
  fs::create_directories(scratch / "app");
  EXPECT_THAT(complaint(scratch / "app"), HasSubstr("metadata.json"));
  scratch.write("app/metadata.json", kMetadata);
  EXPECT_THAT(complaint(scratch / "app"), AllOf(HasSubstr("app/pkg"), HasSubstr("build")));
}

TEST_F(PackageSourceTest, SaysWhatIsWrongWithTheMetadataOnce) {
  make_directory();
  scratch.write("app/metadata.json", "{");
  EXPECT_THAT(complaint(scratch / "app"), HasSubstr("metadata.json: "));
  EXPECT_THAT(complaint(scratch / "app"), Not(HasSubstr("metadata.json: metadata.json")));
  scratch.write("app/metadata.json", R"({"name":"x"})");
  EXPECT_THAT(complaint(scratch / "app"), HasSubstr("properties"));
}

TEST_F(PackageSourceTest, RefusesNamesThatCouldLeaveTheirDirectory) {
  make_directory();
  for (const auto* name : {"../app", "a/b", "App", "a b", ""}) {
    std::string metadata(kMetadata);
    metadata.replace(metadata.find("\"app\""), 5, "\"" + std::string(name) + "\"");
    scratch.write("app/metadata.json", metadata);
    EXPECT_THAT(complaint(scratch / "app"), HasSubstr("a-z, 0-9 and -")) << name;
  }
}

TEST_F(PackageSourceTest, SaysThatAFileIsNoZip) {
  for (const auto* content : {"", "text", "PK\x03\x04"}) {
    scratch.write("app.zip", content);
    EXPECT_THAT(complaint(scratch / "app.zip"), HasSubstr("zip"));
  }
}

TEST_F(PackageSourceTest, SaysThatAZipHasNoMetadata) {
  scratch.write("app.zip", pkg_zip());
  EXPECT_THAT(complaint(scratch / "app.zip"), HasSubstr("put the file next to the zip"));
  scratch.write("app.zip", zip({{"pkg/manifest.json", "[]"}}));
  EXPECT_THAT(complaint(scratch / "app.zip"), HasSubstr("has pkg/ but no metadata.json"));
}

TEST_F(PackageSourceTest, SaysWhatIsWrongWithABundle) {
  const std::string good = "{\"a.zip\":" + std::string(kMetadata) + "}";
  const std::pair<std::string, const char*> table[] = {
      {zip({{"file_to_metadata.json", "{"}}), "file_to_metadata.json: "},
      {zip({{"file_to_metadata.json", "[]"}}), "not an object"},
      {zip({{"file_to_metadata.json", R"({"a.zip":7})"}, {"a.zip", pkg_zip()}}), "a.zip: "},
      {zip({{"file_to_metadata.json", good}}), "names a.zip but does not hold it"},
      {zip({{"file_to_metadata.json", good}, {"a.zip", "no zip"}}), "a.zip: "},
  };
  for (const auto& [content, why] : table) {
    scratch.write("packages.zip", content);
    EXPECT_THAT(complaint(scratch / "packages.zip"), HasSubstr(why));
  }
}

}  // namespace
}  // namespace kinode::node
