// Archives from outside: good ones, and every way in which one can be bad.
#include "store/zip_archive.h"

#include <../tests/support/scratch.h>
#include <../tests/support/zip_writer.h>
#include <cstring>
#include <gtest/gtest.h>
#include <memory>
#include <sys/stat.h>

namespace kinode::store {
namespace {

using support::Scratch;
using support::ZipWriter;

std::string refusal(ByteView zip, const ZipLimits& limits = {}) {
  const auto files = read_zip(zip, limits);
  return files ? "accepted" : files.error().detail;
}

/// Where the last `mark` begins.
std::size_t find_last(const ByteVector& in, std::string_view mark) {
  return as_text(in).rfind(mark);
}

constexpr std::string_view kDirectoryEntry = "PK\x01\x02";

/// One entry with the content "tiny", not compressed, that declares to be `declared` bytes long.
ByteVector stored_zip(const std::string& name, std::uint32_t declared) {
  ByteVector out;
  const auto number = [&](std::uint32_t n, int bytes) {
    for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
  };
  const auto text = [&](std::string_view t) { out.insert(out.end(), t.begin(), t.end()); };
  const auto about_entry = [&] {
    for (const std::uint32_t n : {10, 0, 0, 0, 0x21}) number(n, 2);  // version to date
    number(0x50b897c9, 4);                                           // CRC of the content
    number(declared, 4);
    number(declared, 4);
    number(static_cast<std::uint32_t>(name.size()), 2);
    number(0, 2);
  };
  text("PK\x03\x04");
  about_entry();
  text(name + "tiny");
  const auto directory = static_cast<std::uint32_t>(out.size());
  text("PK\x01\x02");
  number(10, 2);
  about_entry();
  for (const int bytes : {2, 2, 2, 4, 4}) number(0, bytes);
  text(name);
  const auto size = static_cast<std::uint32_t>(out.size()) - directory;
  text("PK\x05\x06");
  for (const std::uint32_t n : {0, 0, 1, 1}) number(n, 2);
  number(size, 4);
  number(directory, 4);
  number(0, 2);
  return out;
}

TEST(Zip, FilesComeWithTheirContent) {
  ZipWriter zip;
  zip.directory("ui/").file("manifest.json", "[]").file("ui/a.js", std::string(100'000, 'x'));
  const auto files = read_zip(zip.done());
  ASSERT_TRUE(files) << files.error().detail;
  EXPECT_EQ(files->size(), 2u);
  EXPECT_EQ(files->at("manifest.json").text(), "[]");
  EXPECT_EQ(files->at("ui/a.js").text(), std::string(100'000, 'x'));
}

TEST(Zip, NamesBeyondAsciiAreFine) {
  const auto files = read_zip(ZipWriter().file("\xc3\xbc.txt", "x").done());
  ASSERT_TRUE(files) << files.error().detail;
  EXPECT_TRUE(files->contains("\xc3\xbc.txt"));
}

TEST(Zip, PathsThatLeaveTheArchiveAreRefused) {
  for (const std::string& name :
       std::vector<std::string>{"/etc/passwd", "../x", "a/../../x", "a/./b", "..", "a//b"}) {
    const std::string why = refusal(ZipWriter().file("ok", "x").file(name, "x").done());
    EXPECT_NE(why.find("zip entry: the path " + name), std::string::npos) << why;
  }
}

TEST(Zip, DirectoriesThatLeaveTheArchiveAreRefused) {
  EXPECT_NE(refusal(ZipWriter().directory("../x/").done()).find("leaves its directory"),
            std::string::npos);
}

TEST(Zip, LinksAreRefused) {
  EXPECT_EQ(refusal(ZipWriter().link("pkg", "/etc").done()),
            "the zip entry pkg is a link, which packages may not have");
}

TEST(Zip, ANameMayOccurOnce) {
  EXPECT_EQ(refusal(ZipWriter().file("a", "1").file("a", "2").done()),
            "the zip entry a occurs twice");
}

TEST(Zip, AFileIsNoDirectory) {
  const std::string why = "the zip entry a is both a file and a directory";
  EXPECT_EQ(refusal(ZipWriter().file("a", "1").file("a/b", "2").done()), why);
  EXPECT_EQ(refusal(ZipWriter().file("a/b/c", "2").file("a", "1").done()), why);
  EXPECT_EQ(refusal(ZipWriter().directory("a/").file("a", "1").done()), why);
  EXPECT_EQ(refusal(ZipWriter().file("a", "1").directory("a/b/").done()), why);
}

TEST(Zip, CutAnywhereItIsRefused) {
  const ByteVector whole = ZipWriter().file("a", "one").file("b", "two").done();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal(ByteView(whole).first(size)), "accepted") << size << " of " << whole.size();
  }
}

TEST(Zip, WhatIsNoZipIsRefused) {
  for (const std::string& text : {std::string(), std::string("hello"), std::string(1000, '\0')}) {
    EXPECT_EQ(refusal(as_bytes(text)), "this is not a zip archive, or it was cut short");
  }
}

TEST(Zip, OneWithoutEntriesIsRefused) {
  EXPECT_EQ(refusal(ZipWriter().done()), "the zip archive is empty");
}

TEST(Zip, ChangedContentIsRefused) {
  ByteVector zip = ZipWriter().file("a", "some content that does not compress").done();
  // The local header has 30 bytes, the name and extra fields, whose length is at 28.
  const std::size_t content = 30u + 1u + zip[28];
  zip[content + 5] ^= 0x10;
  EXPECT_NE(refusal(zip).find("damaged"), std::string::npos) << refusal(zip);
}

TEST(Zip, ABombEndsAtTheLimitOfOneEntry) {
  const ByteVector zip = ZipWriter().file("bomb", std::string(500'000, '\0')).done();
  EXPECT_LT(zip.size(), 2000u);
  EXPECT_EQ(refusal(zip, {.entry_bytes_max = 499'999, .total_bytes_max = 1'000'000}),
            "the zip entry bomb is too large unpacked: 499999 bytes for one and 1000000 for all "
            "are allowed");
  EXPECT_EQ(refusal(zip, {.entry_bytes_max = 500'000}), "accepted");
}

TEST(Zip, ABombEndsAtTheLimitOfAll) {
  ZipWriter zip;
  for (const char* name : {"a", "b", "c"}) zip.file(name, std::string(1000, 'x'));
  const ByteVector bytes = zip.done();
  EXPECT_EQ(refusal(bytes, {.total_bytes_max = 3000}), "accepted");
  EXPECT_NE(refusal(bytes, {.total_bytes_max = 2999}).find("entry c is too large"),
            std::string::npos);
}

TEST(Zip, ABombThatDeclaresLittleEndsToo) {
  ByteVector zip = ZipWriter().file("bomb", std::string(500'000, '\0')).done();
  const std::uint32_t declared = 10;
  std::memcpy(zip.data() + find_last(zip, kDirectoryEntry) + 24, &declared, 4);
  EXPECT_NE(refusal(zip, {.entry_bytes_max = 100'000}), "accepted");
}

TEST(Zip, ABombThatDeclaresMuchIsNotUnpacked) {
  EXPECT_EQ(refusal(stored_zip("ok", 4)), "accepted");
  EXPECT_NE(refusal(stored_zip("bomb", 0xfffffff0)).find("the zip entry bomb is too large"),
            std::string::npos);
}

TEST(Zip, EntriesAreCounted) {
  const ByteVector zip = ZipWriter().file("a", "").file("b", "").directory("c/").done();
  EXPECT_EQ(refusal(zip, {.entries_max = 3}), "accepted");
  EXPECT_EQ(refusal(zip, {.entries_max = 2}), "the zip archive has more than 2 entries");
}

ZipFiles files(std::initializer_list<std::pair<const char*, const char*>> of) {
  ZipFiles out;
  for (const auto& [path, content] : of) out.emplace(path, Bytes::copy(content));
  return out;
}

TEST(ReplaceDirectory, MakesWhatIsNotThere) {
  const Scratch scratch;
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "1"}, {"d/b", "2"}})));
  EXPECT_EQ(scratch.read("pkg/a"), "1");
  EXPECT_EQ(scratch.read("pkg/d/b"), "2");
}

TEST(ReplaceDirectory, LeavesNothingOfTheOldOne) {
  const Scratch scratch;
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "1"}, {"d/b", "2"}})));
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "3"}})));
  EXPECT_EQ(scratch.read("pkg/a"), "3");
  EXPECT_FALSE(std::filesystem::exists(scratch / "pkg/d"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "pkg.new"));
  EXPECT_FALSE(std::filesystem::exists(scratch / "pkg.old"));
}

TEST(ReplaceDirectory, SurvivesWhatACrashLeft) {
  const Scratch scratch;
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "1"}})));
  std::filesystem::create_directories(scratch / "pkg.new/stale");
  std::filesystem::create_directories(scratch / "pkg.old/stale");
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "2"}})));
  EXPECT_EQ(scratch.read("pkg/a"), "2");
  EXPECT_FALSE(std::filesystem::exists(scratch / "pkg/stale"));
}

TEST(ReplaceDirectory, KeepsTheOldOneWhenTheNewOneCannotBeWritten) {
  const Scratch scratch;
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "1"}})));
  const std::string too_long(300, 'x');
  EXPECT_FALSE(replace_directory(scratch / "pkg", files({{"a", "2"}, {too_long.c_str(), ""}})));
  EXPECT_EQ(scratch.read("pkg/a"), "1");
}

TEST(ReplaceDirectory, ReplacesALinkAndNotWhatItPointsTo) {
  const Scratch scratch;
  std::filesystem::create_directory(scratch / "elsewhere");
  scratch.write("elsewhere/precious", "p");
  std::filesystem::create_directory_symlink(scratch / "elsewhere", scratch / "pkg");
  ASSERT_TRUE(replace_directory(scratch / "pkg", files({{"a", "1"}})));
  EXPECT_EQ(scratch.read("elsewhere/precious"), "p");
  EXPECT_EQ(scratch.read("pkg/a"), "1");
}

}  // namespace
}  // namespace kinode::store
