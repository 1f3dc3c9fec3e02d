#include "kernel/cap_table.h"

#include <../tests/support/kernel_fixture.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using support::cap;
using support::id_of;
using support::messaging;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(CapTable, HoldsWhatWasAddedUntilItIsRemoved) {
  CapTable table(10);
  EXPECT_FALSE(table.has(messaging("b:k:pub")));
  EXPECT_EQ(table.add({messaging("b:k:pub"), {}}), CapTable::Added::kNew);
  EXPECT_EQ(table.add({messaging("b:k:pub"), {}}), CapTable::Added::kHeld);
  EXPECT_TRUE(table.has(messaging("b:k:pub")));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_TRUE(table.remove(messaging("b:k:pub")));
  EXPECT_FALSE(table.remove(messaging("b:k:pub")));
  EXPECT_FALSE(table.has(messaging("b:k:pub")));
  EXPECT_EQ(table.size(), 0u);
}

TEST(CapTable, IsNewToEverybodyUntilItIsSettled) {
  CapTable table(10);
  const auto x = cap("b:k:pub", "\"x\"");
  EXPECT_EQ(table.add({x, {}}, CapTable::Stored::kNotYet), CapTable::Added::kNew);
  EXPECT_EQ(table.add({x, {}}, CapTable::Stored::kNotYet), CapTable::Added::kNew);
  table.settle(x);
  EXPECT_EQ(table.add({x, {}}, CapTable::Stored::kNotYet), CapTable::Added::kHeld);
  table.take_back(x);
  EXPECT_TRUE(table.has(x)) << "one of the two has stored it";
}

TEST(CapTable, LosesWhatCouldNotBeStored) {
  CapTable table(10);
  table.add({messaging("b:k:pub"), {}}, CapTable::Stored::kNotYet);
  EXPECT_TRUE(table.can_message(at("b:k:pub")));
  table.take_back(messaging("b:k:pub"));
  EXPECT_FALSE(table.can_message(at("b:k:pub")));
  EXPECT_EQ(table.size(), 0u);
}

TEST(CapTable, OnlyTheMessagingCapabilityLetsMessage) {
  CapTable table(10);
  table.add({cap("b:k:pub", R"({"messaging":true})"), {}});
  EXPECT_FALSE(table.can_message(support::at("b:k:pub")));
  table.add({messaging("b:k:pub"), {}});
  EXPECT_TRUE(table.can_message(support::at("b:k:pub")));
  EXPECT_FALSE(table.can_message(support::at("c:k:pub")));
  EXPECT_FALSE(table.can_message(support::at("other.os@b:k:pub")));
}

TEST(CapTable, ComparesParamsAsJson) {
  CapTable table(10);
  table.add({cap("b:k:pub", R"({"drive":"/d","kind":"read"})"), {}});
  EXPECT_TRUE(table.has(cap("b:k:pub", R"({ "kind": "read", "drive": "/d" })")));
  EXPECT_FALSE(table.has(cap("b:k:pub", R"({"drive":"/d","kind":"write"})")));
}

TEST(CapTable, Fault14_ParamsThatAreNotJsonEqualOnlyTheSameText) {
  CapTable table(10);
  table.add({cap("b:k:pub", "not json"), {}});
  EXPECT_TRUE(table.has(cap("b:k:pub", "not json")));
  EXPECT_FALSE(table.has(cap("b:k:pub", "also not json")));
  EXPECT_FALSE(table.has(cap("b:k:pub", "null")));
}

TEST(CapTable, KeepsTheFirstSignatureUnlessANewOneComes) {
  CapTable table(10);
  const auto foreign = cap("other.os@b:k:pub", "\"x\"");
  table.add({foreign, Bytes::copy("first")});
  table.add({foreign, {}});
  EXPECT_EQ(table.signature(foreign)->text(), "first");
  table.add({foreign, Bytes::copy("second")});
  EXPECT_EQ(table.signature(foreign)->text(), "second");
}

TEST(CapTable, MayMessageWhomItHoldsMessagingForAndNobodyElse) {
  CapTable table(10);
  table.add({messaging("b:k:pub"), {}});
  table.add({cap("c:k:pub", "\"other\""), {}});
  EXPECT_TRUE(table.can_message(at("b:k:pub")));
  EXPECT_FALSE(table.can_message(at("c:k:pub")));
  table.add({messaging("c:k:pub"), {}});
  EXPECT_TRUE(table.can_message(at("c:k:pub")));
  table.remove(messaging("b:k:pub"));
  EXPECT_FALSE(table.can_message(at("b:k:pub")));
  table.remove_issuer(at("c:k:pub"));
  EXPECT_FALSE(table.can_message(at("c:k:pub")));
}

TEST(CapTable, AddressesWithOneTextAreTwoIssuers) {
  CapTable table(10);
  table.add({msg::messaging_cap({"a.os", {"p:k", "x", "pub"}}), {}});
  EXPECT_TRUE(table.can_message({"a.os", {"p:k", "x", "pub"}}));
  EXPECT_FALSE(table.can_message({"a.os", {"p", "k:x", "pub"}}));
}

TEST(CapTable, TakesNoMoreThanItsBound) {
  CapTable table(2);
  table.add({messaging("b:k:pub"), {}});
  table.add({messaging("c:k:pub"), {}});
  EXPECT_EQ(table.add({messaging("d:k:pub"), {}}), CapTable::Added::kFull);
  EXPECT_FALSE(table.has(messaging("d:k:pub")));
  table.remove(messaging("b:k:pub"));
  EXPECT_EQ(table.add({messaging("d:k:pub"), {}}), CapTable::Added::kNew);
}

TEST(CapTable, LosesAllOfAnIssuerAtOnce) {
  CapTable table(10);
  table.add({messaging("b:k:pub"), {}});
  table.add({cap("b:k:pub", "\"x\""), {}});
  table.add({messaging("c:k:pub"), {}});
  EXPECT_THAT(table.remove_issuer(support::at("b:k:pub")),
              UnorderedElementsAre(messaging("b:k:pub"), cap("b:k:pub", "\"x\"")));
  EXPECT_EQ(table.size(), 1u);
  EXPECT_THAT(table.remove_issuer(support::at("b:k:pub")), IsEmpty());
}

TEST(CapTable, ItsVersionChangesWithEveryChangeAndOnlyThen) {
  CapTable table(10);
  const auto empty = table.version();
  table.add({messaging("b:k:pub"), {}});
  const auto one = table.version();
  EXPECT_NE(one, empty);
  table.add({messaging("b:k:pub"), {}});
  EXPECT_EQ(table.version(), one);
  table.remove(messaging("b:k:pub"));
  EXPECT_NE(table.version(), one);
}

TEST(HolderIndex, NamesEachHolderOnce) {
  HolderIndex index;
  index.add(id_of("b:k:pub"), id_of("x:k:pub"));
  index.add(id_of("b:k:pub"), id_of("x:k:pub"));
  index.add(id_of("b:k:pub"), id_of("y:k:pub"));
  index.add(id_of("c:k:pub"), id_of("z:k:pub"));
  EXPECT_THAT(index.take(id_of("b:k:pub")),
              UnorderedElementsAre(id_of("x:k:pub"), id_of("y:k:pub")));
  EXPECT_THAT(index.take(id_of("b:k:pub")), IsEmpty());
}

TEST(HolderIndex, ForgetsHoldersThatHaveEnded) {
  HolderIndex index;
  index.add(id_of("b:k:pub"), id_of("x:k:pub"));
  index.forget_holder(id_of("b:k:pub"), id_of("x:k:pub"));
  index.forget_holder(id_of("nobody:k:pub"), id_of("x:k:pub"));
  EXPECT_THAT(index.take(id_of("b:k:pub")), IsEmpty());
}

}  // namespace
}  // namespace kinode::kernel
