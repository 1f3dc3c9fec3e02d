// Files of the guest library, against a module that says what the node's says.
#include <kinode/vfs.h>

#include "storage_world_test.h"

using namespace kinode;
using namespace kinode::literals;
using namespace kinode::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class SdkVfs : public Storage {
 protected:
  SdkVfs() : Storage("vfs:distro:sys") {}

  static std::string body(std::string_view action, std::string_view path = "/p:n.os/d/a") {
    return R"({"path":")" + std::string(path) + R"(","action":)" + std::string(action) + "}";
  }
  const std::string path = "/p:n.os/d/a";
};

}  // namespace

TEST_F(SdkVfs, ADriveIsMadeAndItsRightsCanBePassedOn) {
  const auto drive = vfs::create_drive("d");
  ASSERT_TRUE(drive.has_value());
  EXPECT_EQ(drive->path, "/p:n.os/d");
  EXPECT_EQ(drive->at("a/b"), "/p:n.os/d/a/b");
  EXPECT_EQ(asked.at(0), body("\"CreateDrive\"", "/p:n.os/d"));
  const auto right = drive->right(vfs::Access::kRead);
  EXPECT_EQ(right.issuer, "me.os@vfs:distro:sys"_address);
  EXPECT_TRUE(json_equal(right.params, R"({"kind":"read","drive":"/p:n.os/d"})"));
  ASSERT_TRUE(vfs::create_drive({"q", "m.os"}, "d").has_value());
  EXPECT_EQ(asked.at(1), body("\"CreateDrive\"", "/q:m.os/d"));
  EXPECT_EQ(kind_of(vfs::create_drive("d/e")), ErrorKind::kInvalid);
  EXPECT_EQ(asked.size(), 2u);
}

TEST_F(SdkVfs, ActionsAreThoseOfKinode10ByteForByte) {
  for (const auto& done :
       {vfs::create_dir(path), vfs::create_dir_all(path), vfs::remove_dir(path),
        vfs::remove_dir_all(path), vfs::remove_file(path), vfs::rename(path, "/p:n.os/d/b"),
        vfs::copy(path, "/p:n.os/d/b"), vfs::set_size(path, 42), vfs::sync(path)}) {
    EXPECT_TRUE(done.has_value());
  }
  EXPECT_THAT(asked,
              ElementsAre(body("\"CreateDir\""), body("\"CreateDirAll\""), body("\"RemoveDir\""),
                          body("\"RemoveDirAll\""), body("\"RemoveFile\""),
                          body(R"({"Rename":{"new_path":"/p:n.os/d/b"}})"),
                          body(R"({"CopyFile":{"new_path":"/p:n.os/d/b"}})"),
                          body(R"({"SetLen":42})"), body("\"SyncAll\"")));
}

TEST_F(SdkVfs, WholeFilesAreBlobsThatNobodyCopies) {
  const std::string content(100'000, 'x');
  ASSERT_TRUE(vfs::write(path, content).has_value());
  ASSERT_TRUE(vfs::append(path, "y").has_value());
  ASSERT_TRUE(vfs::add_zip(path, "PK").has_value());
  EXPECT_THAT(asked, ElementsAre(body("\"Write\""), body("\"Append\""), body("\"AddZip\"")));
  EXPECT_EQ(blobs.at(0), BlobValue{content});
  next("\"Read\"", octets(content));
  EXPECT_EQ(vfs::read(path)->bytes(), content);
  next("\"Read\"", octets(""));
  EXPECT_EQ(vfs::read(path)->bytes(), "");
}

TEST_F(SdkVfs, PartsAreReadAndWrittenWithoutACursor) {
  next("\"Read\"", octets("ell"));
  EXPECT_EQ(vfs::read_at(path, 1, 3)->bytes(), "ell");
  ASSERT_TRUE(vfs::write_at(path, 5'000'000'000, "x").has_value());
  EXPECT_THAT(asked, ElementsAre(body(R"({"ReadAt":{"offset":1,"length":3}})"),
                                 body(R"({"WriteAt":{"offset":5000000000}})")));
}

TEST_F(SdkVfs, LargeFilesComeInPieces) {
  next("\"Read\"", octets("abc"));
  next("\"Read\"", octets("d"));
  next("\"Read\"", octets(""));
  std::string all;
  ASSERT_TRUE(vfs::read_pieces(path, 3, [&](std::string_view piece) { all += piece; }).has_value());
  EXPECT_EQ(all, "abcd");
  EXPECT_EQ(asked.at(1), body(R"({"ReadAt":{"offset":3,"length":3}})"));
}

TEST_F(SdkVfs, DirectoriesAreListed) {
  next(R"({"ReadDir":[{"path":"p:n.os/d/a.txt","file_type":"File"},)"
       R"({"path":"p:n.os/d/x","file_type":"Directory"}]})");
  const auto all = vfs::read_dir("/p:n.os/d");
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->at(0), (vfs::Entry{"/p:n.os/d/a.txt", vfs::FileType::kFile}));
  EXPECT_EQ(all->at(0).name(), "a.txt");
  EXPECT_EQ(all->at(1).type, vfs::FileType::kDirectory);
}

TEST_F(SdkVfs, LargeDirectoriesComePageByPage) {
  next(R"({"ReadDirPage":{"entries":[{"path":"p:n.os/d/a","file_type":"Symlink"}],"token":"t"}})");
  next(R"({"ReadDirPage":{"entries":[{"path":"p:n.os/d/b","file_type":"File"}],"token":null}})");
  std::vector<std::string> names;
  const auto note = [&](const vfs::Entry& entry) { names.emplace_back(entry.name()); };
  ASSERT_TRUE(vfs::for_each_entry("/p:n.os/d", note).has_value());
  EXPECT_THAT(names, ElementsAre("a", "b"));
  EXPECT_EQ(asked.at(1), body(R"({"ReadDirPage":{"token":"t","limit":1000}})", "/p:n.os/d"));
}

TEST_F(SdkVfs, WhatIsThereIsDescribed) {
  next(R"({"Metadata":{"file_type":"File","len":18446744073709551615}})");
  EXPECT_EQ(vfs::metadata(path).value(), (vfs::Metadata{vfs::FileType::kFile, UINT64_MAX}));
  next(R"({"Len":5})");
  EXPECT_EQ(vfs::size(path), 5u);
  next(R"x({"Err":{"IOError":"No such file or directory (os error 2)"}})x", cause("NotFound"));
  EXPECT_EQ(vfs::exists(path), false);
  next(R"({"Err":"NoReadCap"})");
  EXPECT_EQ(kind_of(vfs::exists(path)), ErrorKind::kNoRight);
  std::string hash = "[255";
  for (int i = 1; i < 32; ++i) hash += ",0";
  next("{\"Hash\":" + hash + "]}");
  EXPECT_EQ(vfs::hash(path)->at(0), 255);
  next(R"({"Hash":[1]})");
  EXPECT_EQ(kind_of(vfs::hash(path)), ErrorKind::kBadAnswer);
}

TEST_F(SdkVfs, AFileHasACursor) {
  const auto file = vfs::File::create(path);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->write("hello").has_value());
  next(R"({"SeekFrom":{"new_offset":1}})");
  EXPECT_EQ(file->seek(vfs::File::From::kCurrent, -4), 1u);
  next("\"Read\"", octets("el"));
  EXPECT_EQ(file->read_exact(2)->bytes(), "el");
  next("\"Read\"", octets("lo"));
  EXPECT_EQ(file->read_to_end()->bytes(), "lo");
  next(R"({"ReadToString":"h\u00e9"})");
  EXPECT_EQ(file->read_to_string(), "hé");
  ASSERT_TRUE(file->close().has_value());
  EXPECT_THAT(asked,
              ElementsAre(body("\"CreateFile\""), body("\"WriteAll\""),
                          body(R"({"Seek":{"Current":-4}})"), body(R"({"ReadExact":{"length":2}})"),
                          body("\"ReadToEnd\""), body("\"ReadToString\""), body("\"CloseFile\"")));
  EXPECT_EQ(kind_of(file->seek(vfs::File::From::kStart, -1)), ErrorKind::kInvalid);
}

TEST_F(SdkVfs, FaultQ19_NothingIsSentWhenAFileGoesAway) {
  {
    std::ignore = vfs::File::open(path);
  }
  {
    std::ignore = vfs::File::open_or_create(path);
  }
  EXPECT_THAT(asked, ElementsAre(body(R"({"OpenFile":{"create":false}})"),
                                 body(R"({"OpenFile":{"create":true}})")));
}

TEST_F(SdkVfs, ErrorsHaveAKindOnEveryNode) {
  const auto kind_for = [&](const std::string& error, std::optional<BlobValue> blob = {}) {
    next("{\"Err\":" + error + "}", std::move(blob));
    return kind_of(vfs::read(path));
  };
  // By the word beside the error, and on a node of Kinode 1.0 by its text.
  EXPECT_EQ(kind_for(R"({"IOError":"x"})", cause("StorageFull")), ErrorKind::kFull);
  EXPECT_EQ(kind_for(R"x({"IOError":"File exists (os error 17)"})x"), ErrorKind::kExists);
  EXPECT_EQ(kind_for(R"x({"IOError":"Is a directory (os error 21)"})x"), ErrorKind::kInvalid);
  EXPECT_EQ(kind_for(R"({"IOError":"something else"})"), ErrorKind::kIo);
  EXPECT_EQ(kind_for(R"({"ParseError":{"error":"no zip","path":"/x"}})"), ErrorKind::kInvalid);
  EXPECT_EQ(kind_for("\"NoWriteCap\""), ErrorKind::kNoRight);
  EXPECT_EQ(kind_for("\"MalformedRequest\""), ErrorKind::kInvalid);
  next(R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(kind_of(vfs::read_at(path, 0, 1)), ErrorKind::kUnsupported);
  next(SendErrorKind::kOffline);
  EXPECT_EQ(kind_of(vfs::read(path)), ErrorKind::kOffline);
}

TEST_F(SdkVfs, APathThatIsNoTextIsNotSent) {
  EXPECT_EQ(kind_of(vfs::read("/p:n.os/d/\xff")), ErrorKind::kInvalid);
  EXPECT_EQ(kind_of(vfs::rename(path, "/p:n.os/d/\xff")), ErrorKind::kInvalid);
  EXPECT_TRUE(asked.empty());
}

TEST_F(SdkVfs, ChangesThatAreWatchedArrive) {
  ASSERT_TRUE(vfs::watch(path).has_value());
  ASSERT_TRUE(vfs::unwatch(path).has_value());
  EXPECT_THAT(asked, ElementsAre(body("\"Watch\""), body("\"Unwatch\"")));
  const std::string told = R"({"VfsEvent":{"path":"/p:n.os/d/a","change":"Modified"}})";
  host.deliver({.body = told, .source = "me.os@vfs:distro:sys"});
  host.deliver({.body = told, .source = "me.os@liar:p:n.os"});
  host.deliver({.body = told, .source = "you.os@vfs:distro:sys"});
  host.deliver({.body = "{}", .source = "me.os@vfs:distro:sys"});
  host.run([&](const Address&) {
    const auto event = vfs::event(*receive());
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->path, path);
    EXPECT_EQ(event->change, vfs::Change::kModified);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(vfs::event(*receive()).has_value());
  });
}
