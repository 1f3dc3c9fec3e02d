// Key-value databases of the guest library, against a module that says what the node's says.
#include <kinode/kv.h>
#include <kinode/kv_map.h>

#include "storage_world_test.h"

using namespace kinode;
using namespace kinode::test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

class SdkKv : public Storage {
 protected:
  SdkKv() : Storage("kv:distro:sys") {}

  static std::string body(std::string_view action) {
    return R"({"package_id":{"package_name":"p","publisher_node":"n.os"},"db":"d","action":)" +
           std::string(action) + "}";
  }
  kv::Database db{"d"};
};

struct Birthday {
  uint16_t year = 0;
  std::string note;
  bool operator==(const Birthday&) const = default;
};
KINODE_JSON(Birthday, year, note)

}  // namespace

TEST_F(SdkKv, ActionsAreThoseOfKinode10ByteForByte) {
  ASSERT_TRUE(kv::Database::open("d").has_value());
  ASSERT_TRUE(db.set(std::string_view("\0\xff", 2), "value").has_value());
  ASSERT_TRUE(db.erase("").has_value());
  ASSERT_TRUE(kv::remove("d").has_value());
  EXPECT_THAT(asked,
              ElementsAre(body("\"Open\""), body(R"({"Set":{"key":[0,255],"tx_id":null}})"),
                          body(R"({"Delete":{"key":[],"tx_id":null}})"), body("\"RemoveDb\"")));
  EXPECT_EQ(blobs.at(1), BlobValue{"value"});
}

TEST_F(SdkKv, ADatabaseOfAnotherPackageIsNamed) {
  const kv::Database other("x", {.package = PackageId({"a", "b.os"}), .seconds = 30});
  ASSERT_TRUE(other.set("k", "v").has_value());
  EXPECT_THAT(asked.at(0), HasSubstr(R"({"package_name":"a","publisher_node":"b.os"},"db":"x")"));
  EXPECT_EQ(host.requests.at(0).expects, 30u);
}

TEST_F(SdkKv, AValueComesAsTheBlob) {
  const std::string large(100'000, 'x');
  next(R"({"Get":[107]})", octets(large));
  const auto value = db.get("k");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->bytes(), large);
}

TEST_F(SdkKv, AMissingKeyIsNoErrorForWhoFindsIt) {
  next(R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(kind_of(db.get("k")), ErrorKind::kNotFound);
  next(R"({"Err":"KeyNotFound"})");
  const auto found = db.find("k");
  ASSERT_TRUE(found.has_value());
  EXPECT_FALSE(found->has_value());
  next(R"({"Err":"NoReadCap"})");
  EXPECT_EQ(kind_of(db.find("k")), ErrorKind::kNoRight);
}

TEST_F(SdkKv, ManyAreReadAtOnce) {
  next(R"({"GetMany":{"found":1}})", octets("[[49,50],null]"));
  const std::vector<std::string_view> keys{"a", "b"};
  const auto values = db.get_many(keys);
  ASSERT_TRUE(values.has_value());
  EXPECT_THAT(*values, ElementsAre("12", std::nullopt));
  EXPECT_EQ(asked.at(0), body(R"({"GetMany":[[97],[98]]})"));
}

TEST_F(SdkKv, AScanFetchesPagesAsItNeedsThem) {
  next(R"({"Scan":{"next":[98]}})", octets("[[[97],[49]],[[98],[]]]"));
  next(R"({"Scan":{"next":null}})", octets("[[[99],[51]]]"));
  std::vector<std::string> seen;
  const auto done = db.scan({.prefix = "x"}, [&](std::string_view key, std::string_view value) {
    seen.push_back(std::string(key) + "=" + std::string(value));
  });
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(seen, ElementsAre("a=1", "b=", "c=3"));
  EXPECT_EQ(asked.at(1), body(R"({"Scan":{"prefix":[120],"from":null,"after":[98],)"
                              R"("reverse":false,"limit":100,"keys_only":false}})"));
}

TEST_F(SdkKv, AScanEndsWhenItsCallerHasEnough) {
  next(R"({"Scan":{"next":[98]}})", octets("[[[97],[49]],[[98],[]]]"));
  int seen = 0;
  const auto one = [&](std::string_view, std::string_view) { return ++seen, false; };
  ASSERT_TRUE(db.scan({}, one).has_value());
  EXPECT_EQ(seen, 1);
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(SdkKv, APageSaysWhereTheNextBegins) {
  next(R"({"Scan":{"next":[98]}})", octets("[[97],[98]]"));
  const auto page = db.scan_page({.from = "z", .reverse = true, .page = 2, .keys_only = true});
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->pairs, ElementsAre(kv::Pair{"a", ""}, kv::Pair{"b", ""}));
  EXPECT_EQ(page->next, "b");
}

TEST_F(SdkKv, CompareAndSetTellsWhatStandsThere) {
  next(R"({"CompareAndSet":{"done":false}})", octets("other"));
  next(R"({"CompareAndSet":{"done":true}})");
  const auto refused = db.compare_and_set("k", "old", "new");
  ASSERT_TRUE(refused.has_value());
  EXPECT_FALSE(refused->done);
  EXPECT_EQ(refused->found->bytes(), "other");
  const auto removed = db.compare_and_set("k", "other", std::nullopt);
  ASSERT_TRUE(removed.has_value());
  EXPECT_TRUE(removed->done);
  EXPECT_EQ(asked.at(1),
            body(R"({"CompareAndSet":{"key":[107],"expected":[111,116,104,101,114]}})"));
  EXPECT_EQ(blobs.at(1), std::nullopt);
}

TEST_F(SdkKv, ATransactionIsAScopeWithACommit) {
  next(R"({"BeginTx":{"tx_id":18446744073709551615}})");
  const auto done = db.transaction([](kv::Transaction& tx) -> Status {
    if (auto set = tx.set("a", "1"); !set) return set;
    if (auto erased = tx.erase("b"); !erased) return erased;
    return tx.commit();
  });
  ASSERT_TRUE(done.has_value());
  EXPECT_THAT(asked, ElementsAre(body("\"BeginTx\""),
                                 body(R"({"Set":{"key":[97],"tx_id":18446744073709551615}})"),
                                 body(R"({"Delete":{"key":[98],"tx_id":18446744073709551615}})"),
                                 body(R"({"Commit":{"tx_id":18446744073709551615}})")));
}

TEST_F(SdkKv, ATransactionThatIsLeftEarlyIsAborted) {
  next(R"({"BeginTx":{"tx_id":7}})");
  const auto left = db.transaction(
      [](kv::Transaction&) -> Status { return std::unexpected(Error{ErrorKind::kInvalid, "no"}); });
  EXPECT_EQ(sentence_of(left), "no");
  EXPECT_EQ(asked.at(1), body(R"({"Abort":{"tx_id":7}})"));
}

TEST_F(SdkKv, AForgottenCommitIsAnError) {
  next(R"({"BeginTx":{"tx_id":7}})");
  const auto forgotten =
      db.transaction([](kv::Transaction& tx) -> Status { return tx.set("a", "1"); });
  EXPECT_THAT(sentence_of(forgotten), HasSubstr("not committed"));
}

TEST_F(SdkKv, AConflictIsToldAndTheTransactionHasEnded) {
  next(R"({"BeginTx":{"tx_id":7}})");
  auto tx = db.begin();
  ASSERT_TRUE(tx.has_value());
  next(R"({"Get":[97]})", octets("1"));
  EXPECT_EQ((*tx->find_for_update("a"))->bytes(), "1");
  next(R"({"Err":{"RocksDBError":"Resource busy: "}})", cause("Conflict"));
  EXPECT_EQ(kind_of(tx->commit()), ErrorKind::kConflict);
  EXPECT_FALSE(tx->is_open());
  EXPECT_EQ(kind_of(tx->set("a", "1")), ErrorKind::kNoTransaction);
}

TEST_F(SdkKv, NothingIsSentWhenATransactionGoesAway) {
  next(R"({"BeginTx":{"tx_id":7}})");
  {
    auto tx = db.begin();
    ASSERT_TRUE(tx.has_value());
    const auto moved = *std::move(tx);
    EXPECT_TRUE(moved.is_open());
    EXPECT_FALSE(tx->is_open());  // NOLINT(bugprone-use-after-move): what is left is closed
  }
  EXPECT_EQ(asked.size(), 1u);
}

TEST_F(SdkKv, ChangesAreWrittenTogether) {
  next(R"({"BeginTx":{"tx_id":7}})");
  const std::vector<kv::Change> changes{{"a", "1"}, {"b", {}}};
  ASSERT_TRUE(db.write(changes).has_value());
  EXPECT_THAT(asked, ElementsAre(HasSubstr("BeginTx"), HasSubstr("Set"), HasSubstr("Delete"),
                                 HasSubstr("Commit")));
}

TEST_F(SdkKv, AdditionsSayThatKinode10DoesNotKnowThem) {
  constexpr const char* kMalformed = R"({"Err":"MalformedRequest"})";
  for (int i = 0; i < 3; ++i) next(kMalformed);
  const auto page = db.scan_page({});
  EXPECT_EQ(kind_of(page), ErrorKind::kUnsupported);
  EXPECT_THAT(sentence_of(page), HasSubstr("Scan"));
  EXPECT_EQ(kind_of(db.get_many({})), ErrorKind::kUnsupported);
  EXPECT_EQ(kind_of(db.sync()), ErrorKind::kUnsupported);
}

TEST_F(SdkKv, WhoMayNotAskLearnsWhatIsMissing) {
  next(SendErrorKind::kTimeout);
  const auto late = db.set("k", "v");
  EXPECT_EQ(kind_of(late), ErrorKind::kTimeout);
  EXPECT_THAT(sentence_of(late), HasSubstr("request_capabilities"));
  host.capabilities.push_back(Capability::messaging(AddressView("me.os", {"kv", "distro", "sys"})));
  next(SendErrorKind::kTimeout);
  EXPECT_THAT(sentence_of(db.set("k", "v")), HasSubstr("grant_capabilities"));
}

TEST_F(SdkKv, AnswersThatMakeNoSenseAreErrors) {
  for (const char* answer :
       {"", "1", "null", "{}", R"({"Ok":1,"x":2})", R"({"Get":[1]})", "\xff"}) {
    next(answer);
    EXPECT_EQ(kind_of(db.set("k", "v")), ErrorKind::kBadAnswer) << answer;
  }
  for (const char* pairs :
       {"", "1", "[1]", "[[1]]", "[[[1],[256]]]", "[[[1],[01]]]", "[[[1],[2],3]]"}) {
    next(R"({"Scan":{"next":null}})", octets(pairs));
    EXPECT_EQ(kind_of(db.scan_page({})), ErrorKind::kBadAnswer) << pairs;
  }
  next(R"({"Err":"Whatever"})");
  EXPECT_EQ(kind_of(db.get("k")), ErrorKind::kBadAnswer);
  next(R"({"BeginTx":{"tx_id":-1}})");
  EXPECT_EQ(kind_of(db.begin()), ErrorKind::kBadAnswer);
}

TEST_F(SdkKv, TypedKeysAndValuesAreJson) {
  const auto map = kv::Map<std::string, Birthday>::open("d");
  ASSERT_TRUE(map.has_value());
  ASSERT_TRUE(map->set("ann", {1990, "x"}).has_value());
  EXPECT_EQ(asked.at(1), body(R"({"Set":{"key":[34,97,110,110,34],"tx_id":null}})"));
  EXPECT_EQ(blobs.at(1), BlobValue{R"({"year":1990,"note":"x"})"});
  next(R"({"Get":[1]})", octets(R"({"year":1990,"note":"x"})"));
  EXPECT_EQ(map->get("ann").value(), (Birthday{1990, "x"}));
  next(R"({"Err":"KeyNotFound"})");
  EXPECT_EQ(map->find("bob").value(), std::nullopt);
}

TEST_F(SdkKv, ATypedValueOfAnotherTypeIsDamage) {
  const kv::Map<std::string, Birthday> map(db);
  next(R"({"Get":[1]})", octets(R"({"year":"x"})"));
  const auto value = map.get("ann");
  EXPECT_EQ(kind_of(value), ErrorKind::kDamaged);
  EXPECT_THAT(sentence_of(value), HasSubstr("year"));
  next(R"({"Scan":{"next":null}})", octets("[[[34,97,34],[49]]]"));
  EXPECT_EQ(kind_of(map.scan([](const std::string&, const Birthday&) {})), ErrorKind::kDamaged);
}
