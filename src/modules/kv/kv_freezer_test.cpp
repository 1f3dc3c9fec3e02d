// Databases as a backup sees them while programs go on.
#include <fstream>

#include "modules/kv/kv_fixture_test.h"
#include "store/rocks_kv.h"

namespace kinode::kv {

namespace {

namespace fs = std::filesystem;

class KvFreezerTest : public KvTest {
 protected:
  void SetUp() override { ASSERT_EQ(body(R"("Open")"), R"("Ok")"); }

  void freeze() {
    port::Freezable& kv = dynamic_cast<KvModule&>(module()).freezable();
    ASSERT_TRUE(kv.prepare_freeze());
    ASSERT_TRUE(gate.close(std::chrono::seconds(1)));
    auto frozen = kv.freeze();
    gate.open();
    ASSERT_TRUE(frozen) << frozen.error().detail;
    part = std::move(*frozen);
  }

  /// Writes what the part shows below `restored`.
  void restore() {
    const auto done = part->walk([&](const port::FrozenEntry& entry) -> Status {
      const std::string path = home / ("restored/" + entry.path);
      if (entry.kind == port::FrozenEntry::Kind::kDirectory) {
        fs::create_directories(path);
        return {};
      }
      auto content = part->open(entry);
      if (!content) return std::unexpected(content.error());
      std::string bytes(entry.size, '\0');
      const auto got = (*content)->read(0, std::as_writable_bytes(std::span(bytes)));
      EXPECT_EQ(got.value_or(0), entry.size) << entry.path;
      std::ofstream(path, std::ios::binary) << bytes;
      return {};
    });
    ASSERT_TRUE(done) << done.error().detail;
  }

  std::string restored(int key, const std::string& db = "birthdays") {
    const auto kv = store::open_rocks_kv(home / ("restored/kv/p:n.os/" + db));
    if (!kv) return kv.error().detail;
    const auto value = (*kv)->get(std::string(1, static_cast<char>(key)));
    if (!value) return value.error().detail;
    return *value ? std::string((*value)->text()) : "none";
  }

  bool scratch_is_empty() {
    return !fs::exists(home / ".frozen/kv") || fs::is_empty(home / ".frozen/kv");
  }

  std::unique_ptr<port::FrozenPart> part;
};

TEST_F(KvFreezerTest, ShowsWhatWasWrittenBeforeTheInstantAndNothingAfter) {
  ASSERT_EQ(set(1, "before"), R"("Ok")");
  ASSERT_EQ(set(2, "stays"), R"("Ok")");
  freeze();
  ASSERT_EQ(set(1, "after"), R"("Ok")");
  ASSERT_EQ(set(3, "after"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "before");
  EXPECT_EQ(restored(2), "stays");
  EXPECT_EQ(restored(3), "none");
  EXPECT_EQ(get(1), "after");
}

TEST_F(KvFreezerTest, AnOpenTransactionIsNotInIt) {
  ASSERT_EQ(set(1, "before"), R"("Ok")");
  const std::string tx = begin();
  ASSERT_EQ(set_in(tx, 1, "in the transaction"), R"("Ok")");
  freeze();
  ASSERT_EQ(commit(tx), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "before");
}

TEST_F(KvFreezerTest, ADatabaseThatIsRemovedAndMadeAnewMeanwhileIsTheOldOne) {
  ASSERT_EQ(set(1, "old"), R"("Ok")");
  freeze();
  ASSERT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  ASSERT_EQ(set(1, "new"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "old");
}

TEST_F(KvFreezerTest, AClosedDatabaseThatIsOpenedMeanwhileIsAsItWas) {
  ASSERT_EQ(set(1, "old"), R"("Ok")");
  stop();
  start();
  freeze();
  ASSERT_EQ(set(1, "new"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "old");
}

TEST_F(KvFreezerTest, AClosedDatabaseThatIsRemovedMeanwhileIsThere) {
  ASSERT_EQ(set(1, "old"), R"("Ok")");
  stop();
  start();
  freeze();
  ASSERT_EQ(body(R"("RemoveDb")"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "old");
}

TEST_F(KvFreezerTest, ADatabaseMadeAfterTheInstantIsNotThere) {
  ASSERT_EQ(set(1, "old"), R"("Ok")");
  freeze();
  ASSERT_EQ(body(R"("Open")", {}, kAlice, "another"), R"("Ok")");
  ASSERT_EQ(set(1, "new", "another"), R"("Ok")");
  restore();
  EXPECT_EQ(restored(1), "old");
  EXPECT_FALSE(fs::exists(home / "restored/kv/p:n.os/another"));
}

TEST_F(KvFreezerTest, LeavesNothingBehind) {
  ASSERT_EQ(set(1, "old"), R"("Ok")");
  freeze();
  EXPECT_FALSE(scratch_is_empty());
  part.reset();
  EXPECT_TRUE(scratch_is_empty());
  ASSERT_EQ(set(1, "new"), R"("Ok")");
  freeze();
  restore();
  EXPECT_EQ(restored(1), "new");
}

TEST_F(KvFreezerTest, ManyTablesAndALogSurviveWhateverTheDatabaseDoes) {
  for (int key = 0; key < 100; ++key) {
    ASSERT_EQ(set(key, std::string(100'000, static_cast<char>('a' + key % 26))), R"("Ok")");
  }
  freeze();
  for (int key = 0; key < 100; ++key) {
    ASSERT_EQ(set(key, std::string(100'000, '-')), R"("Ok")");
  }
  stop();
  restore();
  EXPECT_EQ(restored(0), std::string(100'000, 'a'));
  EXPECT_EQ(restored(99), std::string(100'000, static_cast<char>('a' + 99 % 26)));
  start();
}

}  // namespace

}  // namespace kinode::kv
