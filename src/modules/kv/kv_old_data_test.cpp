// Databases that others wrote: RocksDB 8.10, and damaged ones (io.md 9.1).
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "modules/kv/kv_fixture_test.h"
#include "msg/database_key.h"

namespace kinode::kv {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;

class KvOldDataTest : public KvTest {
 protected:
  /// Puts a database of the corpus where one of alice's would be.
  void bring(std::string_view name) {
    fs::create_directories(home / "kv/p:n.os");
    fs::copy(support::corpus(fmt::format("kv-rocksdb-8.10/{}", name)), path(name),
             fs::copy_options::recursive);
    for (const auto right : {"read", "write"}) {
      port.capabilities.emplace(
          msg::Address::parse(kAlice).value().process,
          msg::database_capability(msg::Address::parse("a.os@kv:distro:sys").value(),
                                   std::string_view(right) == "read" ? msg::DatabaseRight::kRead
                                                                     : msg::DatabaseRight::kWrite,
                                   {{"p", "n.os"}, std::string(name)}));
    }
  }
  std::string path(std::string_view name) const { return home / fmt::format("kv/p:n.os/{}", name); }
  std::string file_of(std::string_view db, std::string_view extension) const {
    for (const auto& entry : fs::directory_iterator(path(db))) {
      if (entry.path().extension() == extension) return entry.path().string();
    }
    ADD_FAILURE() << "no " << extension;
    return {};
  }

  static std::string key(std::string_view text) {
    std::string out = "[";
    for (const char c : text) out += (out.size() > 1 ? "," : "") + std::to_string(int(c));
    return out + "]";
  }
  std::string read(std::string_view db, std::string_view text) {
    const Reply reply = ask(R"({"Get":)" + key(text) + "}", {}, kAlice, db);
    return reply.blob.value_or(reply.body);
  }
};

TEST_F(KvOldDataTest, ADatabaseOfRocksDb810WithAnUnreadLogIsReadAndWritten) {
  bring("birthdays");
  for (int i = 0; i < 500; ++i) {
    ASSERT_EQ(read("birthdays", fmt::format("k{:08}", i)), std::string(200, 'b')) << i;
  }
  for (int i = 0; i < 20; ++i) ASSERT_EQ(read("birthdays", fmt::format("w{:08}", i)), "tail") << i;
  EXPECT_EQ(set(1, "new"), R"("Ok")");
  const std::string tx = begin();
  EXPECT_EQ(set_in(tx, 2, "too"), R"("Ok")");
  EXPECT_EQ(commit(tx), R"("Ok")");
  stop();
  start();
  EXPECT_EQ(get(1) + get(2), "newtoo");
  EXPECT_EQ(read("birthdays", "k00000499"), std::string(200, 'b'));
}

TEST_F(KvOldDataTest, APlainCompactedDatabaseOfRocksDb810IsRead) {
  bring("plain");
  for (int i = 0; i < 2000; ++i) {
    // Written in three rounds under i, 2i and 3i; later ones win.
    const std::string expected = i % 3 == 0   ? std::string(200, 'c')
                                 : i % 2 == 0 ? std::string(150, 'b')
                                              : std::string(100, 'a');
    ASSERT_EQ(read("plain", fmt::format("k{:08}", i)), expected) << i;
  }
  EXPECT_EQ(read("plain", fmt::format("k{:08}", 3 * 1999)), std::string(200, 'c'));
  EXPECT_EQ(read("plain", "w00000019"), "tail");
}

TEST_F(KvOldDataTest, ADamagedDatabaseIsAnErrorAndOthersGoOn) {
  for (const auto* extension : {".sst", ".manifest", ".current"}) {
    SCOPED_TRACE(extension);
    stop();
    fs::remove_all(path("birthdays"));
    start();
    bring("birthdays");
    const std::string_view what(extension);
    const std::string damaged = what == ".manifest"  ? path("birthdays") + "/MANIFEST-000005"
                                : what == ".current" ? path("birthdays") + "/CURRENT"
                                                     : file_of("birthdays", extension);
    auto content = home.read(fs::relative(damaged, home.path()).string());
    for (std::size_t i = content.size() / 4; i < content.size() / 2; ++i) content[i] ^= 0x55;
    home.write(fs::relative(damaged, home.path()).string(), content);
    const Reply reply = ask(R"({"Scan":{"limit":10000}})");
    EXPECT_THAT(reply.body, HasSubstr("RocksDBError"));
    EXPECT_TRUE(reply.blob == R"({"kind":"Corrupt"})") << reply.body;
    EXPECT_THAT(reply.body, testing::Not(HasSubstr(home.path())));
    EXPECT_EQ(body(R"("Open")", {}, kAlice, "other"), R"("Ok")");
    EXPECT_EQ(set(1, "v", "other"), R"("Ok")");
    EXPECT_EQ(body(R"("RemoveDb")"), R"("Ok")");
    EXPECT_EQ(body(R"("Open")"), R"("Ok")");
    EXPECT_EQ(set(1, "fresh"), R"("Ok")");
  }
}

TEST_F(KvOldDataTest, ATornTailOfTheLogCostsOnlyWhatWasTorn) {
  bring("birthdays");
  const std::string log = file_of("birthdays", ".log");
  fs::resize_file(log, fs::file_size(log) - 5);
  EXPECT_EQ(read("birthdays", "w00000018"), "tail");
  EXPECT_EQ(read("birthdays", "w00000019"), R"({"Err":"KeyNotFound"})");
}

TEST_F(KvOldDataTest, AHomeThatCannotBeWrittenIsAnError) {
  home.write("kv", "a file where a directory should be");
  EXPECT_THAT(body(R"("Open")"), HasSubstr("IOError"));
  fs::remove(home / "kv");
  EXPECT_EQ(body(R"("Open")"), R"("Ok")");
}

}  // namespace
}  // namespace kinode::kv
