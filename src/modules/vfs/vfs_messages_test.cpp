// What goes over the wire, byte for byte (io.md 8.3, 13.1, 15.6).
#include "modules/vfs/vfs_messages.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace kinode::vfs {
namespace {

std::string with_action(std::string_view action) {
  return std::string(R"({"path":"/p:n.os/d/a.txt","action":)") + std::string(action) + "}";
}

VfsAction decoded(std::string_view action) {
  const auto request = decode_vfs_request(as_bytes(with_action(action)));
  EXPECT_TRUE(request) << action << ": " << (request ? "" : request.error().detail);
  if (!request) return {};
  EXPECT_EQ(request->path, "/p:n.os/d/a.txt");
  return request->action;
}

TEST(VfsMessages, EveryActionHasItsGoldenForm) {
  for (const std::string_view action : {R"("CreateDrive")",
                                        R"("CreateDir")",
                                        R"("CreateDirAll")",
                                        R"("CreateFile")",
                                        R"({"OpenFile":{"create":true}})",
                                        R"("CloseFile")",
                                        R"("Write")",
                                        R"("WriteAll")",
                                        R"("Append")",
                                        R"("SyncAll")",
                                        R"("Read")",
                                        R"("ReadDir")",
                                        R"("ReadToEnd")",
                                        R"({"ReadExact":{"length":18446744073709551615}})",
                                        R"("ReadToString")",
                                        R"({"Seek":{"Start":7}})",
                                        R"({"Seek":{"End":-9223372036854775808}})",
                                        R"({"Seek":{"Current":5}})",
                                        R"("RemoveFile")",
                                        R"("RemoveDir")",
                                        R"("RemoveDirAll")",
                                        R"({"Rename":{"new_path":"/p:n.os/d/b"}})",
                                        R"({"CopyFile":{"new_path":"/p:n.os/d/b"}})",
                                        R"("Metadata")",
                                        R"("Len")",
                                        R"({"SetLen":42})",
                                        R"("Hash")",
                                        R"("AddZip")",
                                        R"({"ReadAt":{"offset":1,"length":2}})",
                                        R"({"WriteAt":{"offset":3}})",
                                        R"({"ReadDirPage":{"token":null,"limit":9}})",
                                        R"({"ReadDirPage":{"token":"8","limit":9}})",
                                        R"("Watch")",
                                        R"("Unwatch")"}) {
    EXPECT_EQ(encode_vfs_request({"/p:n.os/d/a.txt", decoded(action)}), with_action(action));
  }
}

TEST(VfsMessages, ProgramsOf09AreUnderstood) {
  const VfsAction exact = decoded(R"({"ReadExact":5})");
  EXPECT_EQ(exact.length, 5u);
  EXPECT_TRUE(exact.old_form);
  const VfsAction seek = decoded(R"({"Seek":{"seek_from":{"End":-3}}})");
  EXPECT_EQ(seek.delta, -3);
  EXPECT_TRUE(seek.old_form);
}

TEST(VfsMessages, SerdesRulesHold) {
  EXPECT_EQ(decoded(R"({"Read":null})").kind, Kind::kRead);
  EXPECT_TRUE(decoded(R"({"OpenFile":{"create":true,"more":1}})").create);
  EXPECT_TRUE(decoded(R"({"OpenFile":[true]})").create);
}

TEST(VfsMessages, WhatIsNoRequestIsRefusedWithAReason) {
  for (const std::string_view text :
       {"", "{", "[]", "7", R"({"path":"/a:b/c"})", R"({"action":"Read"})",
        R"({"path":1,"action":"Read"})", R"({"path":"/a:b/c","action":"WriteAtOnce"})",
        R"({"path":"/a:b/c","path":"/a:b/c","action":"Read"})",
        R"({"path":"/a:b/c","action":{"Read":1}})", R"({"path":"/a:b/c","action":"OpenFile"})",
        R"({"path":"/a:b/c","action":{"OpenFile":{}}})",
        R"({"path":"/a:b/c","action":{"SetLen":-1}})",
        R"({"path":"/a:b/c","action":{"SetLen":1.0}})",
        R"({"path":"/a:b/c","action":{"SetLen":18446744073709551616}})",
        R"({"path":"/a:b/c","action":{"Seek":{"End":9223372036854775808}}})",
        R"({"path":"/a:b/c","action":{"Seek":{"seek_from":{"seek_from":{"Start":1}}}}})",
        R"({"path":"/a:b/c","action":{"Seek":{"Middle":1}}})"}) {
    const auto request = decode_vfs_request(as_bytes(text));
    ASSERT_FALSE(request) << text;
    EXPECT_TRUE(request.error().detail.starts_with("vfs request: ")) << request.error().detail;
  }
}

TEST(VfsMessages, EveryAnswerHasItsGoldenForm) {
  EXPECT_EQ(encode_ok(), R"("Ok")");
  EXPECT_EQ(encode_read(), R"("Read")");
  EXPECT_EQ(encode_read_dir({{"p:n.os/d/a", FileType::kFile}, {"p:n.os/d/b", FileType::kSymlink}}),
            R"({"ReadDir":[{"path":"p:n.os/d/a","file_type":"File"},)"
            R"({"path":"p:n.os/d/b","file_type":"Symlink"}]})");
  EXPECT_EQ(encode_read_dir({}), R"({"ReadDir":[]})");
  EXPECT_EQ(encode_string("a\"\n"), R"({"ReadToString":"a\"\n"})");
  EXPECT_EQ(encode_offset(9, false), R"({"SeekFrom":{"new_offset":9}})");
  EXPECT_EQ(encode_offset(9, true), R"({"SeekFrom":9})");
  EXPECT_EQ(encode_metadata(FileType::kDirectory, 4096),
            R"({"Metadata":{"file_type":"Directory","len":4096}})");
  EXPECT_EQ(encode_metadata(FileType::kOther, 0), R"({"Metadata":{"file_type":"Other","len":0}})");
  EXPECT_EQ(encode_len(5), R"({"Len":5})");
  EXPECT_EQ(encode_hash({1, 2}), R"({"Hash":[1,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,)"
                                 R"(0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]})");
  EXPECT_EQ(
      encode_page({{"p:n.os/d/a", FileType::kFile}}, "17"),
      R"({"ReadDirPage":{"entries":[{"path":"p:n.os/d/a","file_type":"File"}],"token":"17"}})");
  EXPECT_EQ(encode_event("/p:n.os/d/a", Change::kRemoved),
            R"({"VfsEvent":{"path":"/p:n.os/d/a","change":"Removed"}})");
}

TEST(VfsMessages, EveryErrorHasItsGoldenForm) {
  using Error = VfsError::Kind;
  const auto text = [](Error kind) { return encode_error(refused(kind).error()); };
  EXPECT_EQ(text(Error::kNoWriteCap), R"({"Err":"NoWriteCap"})");
  EXPECT_EQ(text(Error::kNoReadCap), R"({"Err":"NoReadCap"})");
  EXPECT_EQ(text(Error::kAddCapFailed), R"({"Err":"AddCapFailed"})");
  EXPECT_EQ(text(Error::kMalformedRequest), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(text(Error::kNoBlob), R"({"Err":"NoBlob"})");
  EXPECT_EQ(text(Error::kUnzipError), R"({"Err":"UnzipError"})");
  EXPECT_EQ(encode_error({.kind = Error::kParseError, .text = "why", .path = "/p:n.os/d"}),
            R"({"Err":{"ParseError":{"error":"why","path":"/p:n.os/d"}}})");
  EXPECT_EQ(encode_error(io_error("early eof").error()), R"({"Err":{"IOError":"early eof"}})");
}

TEST(VfsMessages, Q20_TextsOfTheSystemAreInEnglishWithTheirNumber) {
  const std::pair<int, std::string_view> texts[] = {
      {ENOENT, "No such file or directory (os error 2)"},
      {EEXIST, "File exists (os error 17)"},
      {ENOTDIR, "Not a directory (os error 20)"},
      {EISDIR, "Is a directory (os error 21)"},
      {ENOTEMPTY, "Directory not empty (os error 39)"},
      {ENOSPC, "No space left on device (os error 28)"},
  };
  for (const auto& [number, text] : texts) EXPECT_EQ(io_error(number).error().text, text);
}

}  // namespace
}  // namespace kinode::vfs
