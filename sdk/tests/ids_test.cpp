#include <gmock/gmock.h>
#include <kinode/ids.h>

using namespace kinode;
using namespace kinode::literals;

TEST(Address, ReadsItsParts) {
  const auto address = Address::parse("alice.os@main:app-store:sys");
  ASSERT_TRUE(address.has_value());
  const Address& it = *address;
  EXPECT_EQ(it->node, "alice.os");
  EXPECT_EQ(it->process, "main");
  EXPECT_EQ(it->package, "app-store");
  EXPECT_EQ(it->publisher, "sys");
  EXPECT_EQ(it.text(), "alice.os@main:app-store:sys");
  EXPECT_EQ(it->process_id().text(), "main:app-store:sys");
  EXPECT_EQ(it->package_id().text(), "app-store:sys");
}

TEST(Address, SaysWhatIsWrong) {
  const auto error = [](std::string_view text) { return Address::parse(text).error(); };
  EXPECT_EQ(error("main:app:sys"), IdError::kMissingNode);
  EXPECT_EQ(error("@main:app:sys"), IdError::kMissingNode);
  EXPECT_EQ(error("a@b@main:app:sys"), IdError::kTooManyAts);
  EXPECT_EQ(error("a@main:app"), IdError::kMissingField);
  EXPECT_EQ(error("a@main::sys"), IdError::kMissingField);
  EXPECT_EQ(error("a@main:app:"), IdError::kMissingField);
  EXPECT_EQ(error("a@"), IdError::kMissingField);
  EXPECT_EQ(error("a@b:c:d:e"), IdError::kTooManyColons);
  EXPECT_EQ(error("a@b::c:d"), IdError::kTooManyColons);
}

TEST(ProcessId, HasThreeParts) {
  EXPECT_EQ(ProcessId::parse("a:b:c")->view().package, "b");
  EXPECT_EQ(ProcessId::parse("a:b").error(), IdError::kMissingField);
  EXPECT_EQ(ProcessId::parse("").error(), IdError::kMissingField);
  EXPECT_EQ(ProcessId::parse(":b:c").error(), IdError::kMissingField);
  EXPECT_EQ(ProcessId::parse("a:b:c:").error(), IdError::kTooManyColons);
}

TEST(PackageId, HasTwoParts) {
  EXPECT_EQ(PackageId::parse("app:sys")->view().publisher, "sys");
  EXPECT_EQ(PackageId::parse("app").error(), IdError::kMissingField);
  EXPECT_EQ(PackageId::parse("a:b:c").error(), IdError::kTooManyColons);
}

TEST(Ids, EachErrorHasASentence) {
  EXPECT_THAT(describe(IdError::kTooManyAts), testing::HasSubstr("@"));
  EXPECT_THAT(describe(IdError::kTooManyColons), testing::HasSubstr("colons"));
}

TEST(Ids, CopiesStandAlone) {
  auto first = std::make_unique<Address>("a.os@b:c:d"_address);
  const Address copy = *first;
  const Address moved = std::move(*first);
  first.reset();
  EXPECT_EQ(copy.text(), "a.os@b:c:d");
  EXPECT_EQ(moved, copy);
  EXPECT_EQ(moved->process, "b");
}

TEST(Ids, AnEmptyOneCanBeCopied) {
  const Address none;
  const Address copy = none;  // NOLINT(performance-unnecessary-copy-initialization): it is the test
  EXPECT_EQ(copy.text(), "");
  EXPECT_EQ(copy, none);
}

TEST(Ids, CompareByTheirParts) {
  EXPECT_EQ(Address("a.os@b:c:d"_address), "a.os@b:c:d"_address);
  EXPECT_NE(Address("a.os@b:c:d"_address), "a.os@b:c:e"_address);
  EXPECT_LT(Address("a.os@b:c:d"_address), Address("b.os@a:a:a"_address));
}
