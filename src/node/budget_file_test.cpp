#include "node/budget_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kinode::node {
namespace {

using testing::HasSubstr;

msg::PackageId chess() { return {"chess", "sys"}; }

std::string error_of(std::string_view toml) {
  const auto parsed = parse_budgets(toml);
  return parsed ? "no error" : parsed.error().detail;
}

TEST(BudgetFile, AnEmptyFileChangesNothing) {
  EXPECT_TRUE(parse_budgets("").value().empty());
  EXPECT_TRUE(parse_budgets("# nothing\n").value().empty());
}

TEST(BudgetFile, GivesAPackageWhatItSaysAndLeavesTheRest) {
  const auto budgets = parse_budgets(R"(
[budget."chess:sys"]
memory_mb = 256
cpu_weight = 50
[budget."big:a.os"]
mailbox_count = 10
mailbox_mb = 1
state_mb = 2
outstanding = 3
outstanding_mb = 4
timers = 0
children = 4
)")
                           .value();
  kernel::Budget expected;
  expected.memory_bytes = 256u << 20;
  expected.cpu_weight = 50;
  EXPECT_EQ(budgets.at(chess()), expected);
  kernel::Budget big;
  big.mailbox_count = 10;
  big.mailbox_bytes = 1u << 20;
  big.state_bytes = 2u << 20;
  big.outstanding = 3;
  big.outstanding_bytes = 4u << 20;
  big.timers = 0;
  big.children = 4;
  EXPECT_EQ(budgets.at({"big", "a.os"}), big);
}

TEST(BudgetFile, SaysWhichLineIsWrongAndWhatWouldBeRight) {
  EXPECT_THAT(error_of("[budget.\"chess:sys\"]\nmemry_mb = 3\n"),
              AllOf(HasSubstr("kinode.toml:2"), HasSubstr("memry_mb"), HasSubstr("memory_mb")));
  EXPECT_THAT(error_of("[budget.\"chess:sys\"]\nmemory_mb = 0\n"),
              AllOf(HasSubstr("kinode.toml:2"), HasSubstr("from 1 to 4096")));
  EXPECT_THAT(error_of("[budget.\"chess:sys\"]\nmemory_mb = \"1\"\n"), HasSubstr("whole number"));
  EXPECT_THAT(error_of("[budget.\"chess:sys\"]\ntimers = 1.5\n"), HasSubstr("whole number"));
  EXPECT_THAT(error_of("[budget.chess]\nmemory_mb = 1\n"), HasSubstr("package:publisher"));
  EXPECT_THAT(error_of("[budget]\nchess = 1\n"), HasSubstr("package:publisher"));
  EXPECT_THAT(error_of("[limits]\n"), HasSubstr("[budget.\"chess:sys\"]"));
  EXPECT_THAT(error_of("budget = 1\n"), HasSubstr("[budget.\"chess:sys\"]"));
  EXPECT_THAT(error_of("[budget\n"), HasSubstr("kinode.toml:1"));
  for (const auto* head : {"[[budget]]", "[[[", "[", "[ =", "[.a]", "[]", " [ ["}) {
    EXPECT_THAT(error_of("\n" + std::string(head)), HasSubstr("kinode.toml:2")) << head;
  }
}

TEST(BudgetFile, CommentsMayBeInAnyLanguage) {
  const auto budgets = parse_budgets(
      "# für Zürich \u300c\u3042\u300d\n[budget.\"chess:sys\"]\n"
      "timers = 3 # drei \u23f0\n");
  EXPECT_EQ(budgets.value().at(chess()).timers, 3u);
}

TEST(BudgetFile, OfAHomeWithoutOneIsEmpty) {
  EXPECT_TRUE(read_budgets(testing::TempDir() + "/no-such-home").value().empty());
}

}  // namespace
}  // namespace kinode::node
