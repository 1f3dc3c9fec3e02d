// What programs do with the content of files (io.md 8.3, 8.5).
#include <sys/stat.h>

#include "crypto/hash.h"
#include "modules/vfs/vfs_fixture_test.h"

namespace kinode::vfs {
namespace {

using testing::ElementsAre;

class Files : public VfsTest {
 protected:
  Files() { create_drive(); }
  std::string offset_after(std::string_view seek) { return act("/p:n.os/d/a", seek); }
};

TEST_F(Files, TheExchangesOfTheSpecification) {
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d","action":"CreateDrive"})").body, R"("Ok")");
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d/a","action":"Write"})", "hey").body, R"("Ok")");
  std::string hash = R"({"Hash":[)";
  for (const unsigned byte : crypto::sha256(as_bytes("hey"))) hash += std::to_string(byte) + ",";
  hash.back() = ']';
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d/a","action":"Hash"})").body, hash + "}");
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d","action":"ReadDir"})").body,
            R"({"ReadDir":[{"path":"p:n.os/d/a","file_type":"File"}]})");
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d/zz","action":"Read"})").body, kNotThere);
}

TEST_F(Files, WhatWasReadIsABlobOfBytes) {
  act("/p:n.os/d/a", "Write", "hello");
  send(body("/p:n.os/d/a", "Read"));
  port.executor().run_until_idle();
  const auto& answer = *port.sent.back();
  EXPECT_EQ(answer.response()->body.text(), R"("Read")");
  EXPECT_EQ(answer.blob->mime, "application/octet-stream");
  EXPECT_EQ(answer.blob->bytes.text(), "hello");
}

TEST_F(Files, WriteReplacesAllAndNeedsItsDirectory) {
  EXPECT_EQ(act("/p:n.os/d/a", "Write", "a longer text"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "Write", "short"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "short");
  EXPECT_EQ(act("/p:n.os/d/a", "Write", ""), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "");
  EXPECT_EQ(act("/p:n.os/d/none/a", "Write", "x"), kNotThere);
  EXPECT_EQ(act("/p:n.os/d", "Write", "x"), io_text("Is a directory (os error 21)"));
  EXPECT_EQ(act("/p:n.os/e", "Write", "x"), io_text("Is a directory (os error 21)"));
  EXPECT_EQ(act("/p:n.os/d/a", "Write"), R"({"Err":"NoBlob"})");
}

TEST_F(Files, WriteKeepsTheRightsOfTheFile) {
  act("/p:n.os/d/a", "Write", "x");
  ::chmod(on_disk("a").c_str(), 0600);
  act("/p:n.os/d/a", "Write", "y");
  struct stat info{};
  ASSERT_EQ(::stat(on_disk("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(Files, WriteAllGoesOnWhereTheLastOneEnded) {
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "x"), kNotThere);
  EXPECT_EQ(act("/p:n.os/d/a", "CreateFile"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "one "), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "two"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "one two");
  EXPECT_EQ(offset_after(R"({"Seek":{"Start":1}})"), R"({"SeekFrom":{"new_offset":1}})");
  EXPECT_EQ(act("/p:n.os/d/a", "WriteAll", "N"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "oNe two");
}

TEST_F(Files, AppendGoesToTheEndAndDoesNotCreate) {
  EXPECT_EQ(act("/p:n.os/d/a", "Append", "x"), kNotThere);
  act("/p:n.os/d/a", "Write", "one");
  act("/p:n.os/d/a", R"({"Seek":{"Start":1}})");
  EXPECT_EQ(act("/p:n.os/d/a", "Append", " two"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "one two");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "");
}

TEST_F(Files, ReadingMovesTheCursor) {
  act("/p:n.os/d/a", "Write", "hello world");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":5}})"), "hello");
  EXPECT_EQ(read("/p:n.os/d/a", "Read"), "hello world");
  EXPECT_EQ(act("/p:n.os/d/a", "ReadToString"), R"({"ReadToString":" world"})");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"OpenFile":{"create":false}})"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "hello world");
}

TEST_F(Files, AShortFileIsAnEarlyEnd) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"ReadExact":{"length":6}})"), io_text("early eof"));
  EXPECT_EQ(act("/p:n.os/d/a", R"({"ReadExact":6})"), io_text("early eof"));
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadExact":{"length":0}})"), "");
}

TEST_F(Files, TextMustBeText) {
  act("/p:n.os/d/a", "Write", "\xff\xfe");
  EXPECT_EQ(act("/p:n.os/d/a", "ReadToString"), io_text("stream did not contain valid UTF-8"));
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "\xff\xfe");
}

TEST_F(Files, SeekingKnowsThreePlaces) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(offset_after(R"({"Seek":{"Start":2}})"), R"({"SeekFrom":{"new_offset":2}})");
  EXPECT_EQ(offset_after(R"({"Seek":{"Current":-1}})"), R"({"SeekFrom":{"new_offset":1}})");
  EXPECT_EQ(offset_after(R"({"Seek":{"End":-2}})"), R"({"SeekFrom":{"new_offset":3}})");
  EXPECT_EQ(offset_after(R"({"Seek":{"End":9}})"), R"({"SeekFrom":{"new_offset":14}})");
  EXPECT_EQ(offset_after(R"({"Seek":{"seek_from":{"Start":4}}})"), R"({"SeekFrom":4})");
  const std::string invalid = io_text("Invalid argument (os error 22)");
  EXPECT_EQ(offset_after(R"({"Seek":{"Current":-5}})"), invalid);
  EXPECT_EQ(offset_after(R"({"Seek":{"End":-9223372036854775808}})"), invalid);
  EXPECT_EQ(offset_after(R"({"Seek":{"Start":18446744073709551615}})"), invalid);
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "o");
  EXPECT_EQ(act("/p:n.os/d/none", R"({"Seek":{"Start":0}})"), kNotThere);
}

TEST_F(Files, OpenCreatesOnlyWhenAsked) {
  EXPECT_EQ(act("/p:n.os/d/a", R"({"OpenFile":{"create":false}})"), kNotThere);
  EXPECT_EQ(act("/p:n.os/d/a", R"({"OpenFile":{"create":true}})"), R"("Ok")");
  act("/p:n.os/d/a", "WriteAll", "kept");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"OpenFile":{"create":true}})"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "kept");
  EXPECT_EQ(act("/p:n.os/d", R"({"OpenFile":{"create":false}})"),
            io_text("Is a directory (os error 21)"));
}

TEST_F(Files, CreateEmptiesTheFile) {
  act("/p:n.os/d/a", "Write", "content");
  EXPECT_EQ(act("/p:n.os/d/a", "CreateFile"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "Len"), R"({"Len":0})");
  EXPECT_EQ(act("/p:n.os/d/none/a", "CreateFile"), kNotThere);
}

TEST_F(Files, LengthsAreReadAndSet) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(act("/p:n.os/d/a", "Len"), R"({"Len":5})");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"SetLen":2})"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "he");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"SetLen":4})"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), std::string("he\0\0", 4));
  EXPECT_EQ(act("/p:n.os/d", "Len"), io_text("Is a directory (os error 21)"));
  EXPECT_EQ(act("/p:n.os/d/a", R"({"SetLen":18446744073709551615})"),
            io_text("Invalid argument (os error 22)"));
}

TEST_F(Files, MetadataSaysWhatItIs) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(act("/p:n.os/d/a", "Metadata"), R"({"Metadata":{"file_type":"File","len":5}})");
  EXPECT_THAT(act("/p:n.os/d", "Metadata"),
              testing::StartsWith(R"({"Metadata":{"file_type":"Dir)"));
  EXPECT_EQ(act("/p:n.os/d/none", "Metadata"), kNotThere);
}

TEST_F(Files, HashLeavesTheCursorAtTheEnd) {
  act("/p:n.os/d/a", "Write", "hello");
  act("/p:n.os/d/a", "Hash");
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "");
}

TEST_F(Files, SyncAndCloseAreFineWithoutAnOpenFile) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(act("/p:n.os/d/a", "SyncAll"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "CloseFile"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/never", "CloseFile"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/never", "SyncAll"), kNotThere);
}

TEST_F(Files, RemoveFileRemovesFilesOnly) {
  act("/p:n.os/d/a", "Write", "hello");
  EXPECT_EQ(act("/p:n.os/d/a", "RemoveFile"), R"("Ok")");
  EXPECT_EQ(act("/p:n.os/d/a", "RemoveFile"), kNotThere);
  EXPECT_EQ(act("/p:n.os/d", "RemoveFile"), io_text("Is a directory (os error 21)"));
}

TEST_F(Files, PartsAreReadAndWrittenByOffset) {
  act("/p:n.os/d/a", "Write", "hello world");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadAt":{"offset":6,"length":3}})"), "wor");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadAt":{"offset":9,"length":99}})"), "ld");
  EXPECT_EQ(read("/p:n.os/d/a", R"({"ReadAt":{"offset":18446744073709551615,"length":9}})"), "");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"WriteAt":{"offset":6}})", "W"), R"("Ok")");
  EXPECT_EQ(read("/p:n.os/d/a"), "hello World");
  EXPECT_EQ(act("/p:n.os/d/a", R"({"WriteAt":{"offset":18446744073709551615}})", "W"),
            io_text("File too large (os error 27)"));
  // The cursor has nothing to do with it.
  EXPECT_EQ(read("/p:n.os/d/a", "ReadToEnd"), "hello World");
}

TEST_F(Files, ErrorsAreToldOnlyToWhoExpectsAnAnswer) {
  msg::Request request;
  request.body = Bytes::copy(body("/p:n.os/d/none", "Read"));
  vfs->handle(support::envelope("a.os@m:p:n.os", "a.os@vfs:distro:sys", request));
  EXPECT_TRUE(answers().empty());
  // With an rsvp alone, success is told and failure is not.
  auto relayed = support::envelope("a.os@m:p:n.os", "a.os@vfs:distro:sys", request);
  relayed->rsvp = msg::share(msg::Address::parse("a.os@other:p:n.os").value());
  vfs->handle(relayed);
  EXPECT_TRUE(answers().empty());
  request.body = Bytes::copy(body("/p:n.os/d", "CreateDrive"));
  relayed = support::envelope("a.os@m:p:n.os", "a.os@vfs:distro:sys", request);
  relayed->rsvp = msg::share(msg::Address::parse("a.os@other:p:n.os").value());
  vfs->handle(relayed);
  port.executor().run_until_idle();
  ASSERT_EQ(port.sent.size(), 1u);
  EXPECT_EQ(port.sent[0]->target->text(), "a.os@other:p:n.os");
}

TEST_F(Files, MetadataOfTheRequestComesBackWithSuccessOnly) {
  for (const auto* action : {"Len", "Read"}) {
    auto envelope =
        support::request("a.os@m:p:n.os", "a.os@vfs:distro:sys", body("/p:n.os/d/a", action));
    std::get<msg::Request>(envelope->message).metadata = "mine";
    if (action == std::string_view("Read")) act("/p:n.os/d/a", "Write", "x");
    vfs->handle(envelope);
    port.executor().run_until_idle();
    const auto& response = *port.sent.back()->response();
    EXPECT_EQ(response.metadata.has_value(), action == std::string_view("Read"));
    EXPECT_EQ(port.sent.back()->id, 7u);
    port.sent.clear();
  }
}

TEST_F(Files, OtherNodesAreNotServed) {
  vfs->handle(
      support::request("b.os@m:p:n.os", "a.os@vfs:distro:sys", body("/p:n.os/d", "ReadDir")));
  EXPECT_TRUE(answers().empty());
  EXPECT_TRUE(port.has_printed(1, "vfs: ignored a message from b.os"));
}

TEST_F(Files, WhatIsNoRequestIsMalformed) {
  EXPECT_EQ(ask("{").body, R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(ask(R"({"path":"/p:n.os/d/a","action":"Fly"})").body, R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(act("/p:n.os", "CreateDrive"), R"({"Err":"MalformedRequest"})");
  EXPECT_EQ(act("/../x", "Read"), R"({"Err":"MalformedRequest"})");
  vfs->handle(support::envelope("a.os@m:p:n.os", "a.os@vfs:distro:sys", msg::Response{}));
  EXPECT_TRUE(answers().empty());
}

TEST_F(Files, AcknowledgedIsThereAfterACrash) {
  act("/p:n.os/d/a", "Write", "one");
  act("/p:n.os/d/a", "Append", " two");
  act("/p:n.os/d/b", "CreateFile");
  act("/p:n.os/d/b", "WriteAll", "three");
  crash_and_start();
  EXPECT_EQ(read("/p:n.os/d/a"), "one two");
  EXPECT_EQ(read("/p:n.os/d/b"), "three");
}

}  // namespace
}  // namespace kinode::vfs
