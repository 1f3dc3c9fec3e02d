#include "kernel/process_table.h"

#include <../tests/support/kernel_fixture.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using support::id_of;

RecordRef record(std::string_view id) { return std::make_shared<ProcessRecord>(at(id), false, 10); }

TEST(ProcessTable, FindsWhatWasInsertedByEveryPartOfTheName) {
  ProcessTable table;
  const auto a = record("a:k:pub");
  ASSERT_TRUE(table.insert(a));
  EXPECT_EQ(table.find(id_of("a:k:pub")), a);
  EXPECT_EQ(table.find(IdView{"a", "k", "pub"}), a);
  EXPECT_EQ(table.find(id_of("b:k:pub")), nullptr);
  EXPECT_EQ(table.find(id_of("a:l:pub")), nullptr);
  EXPECT_EQ(table.find(id_of("a:k:sys")), nullptr);
}

TEST(ProcessTable, ANameIsTakenOnce) {
  ProcessTable table;
  const auto first = record("a:k:pub");
  EXPECT_TRUE(table.insert(first));
  EXPECT_FALSE(table.insert(record("a:k:pub")));
  EXPECT_EQ(table.find(id_of("a:k:pub")), first);
  EXPECT_EQ(table.size(), 1u);
}

TEST(ProcessTable, ErasesARecordAndNotItsSuccessor) {
  ProcessTable table;
  const auto old = record("a:k:pub");
  table.insert(old);
  EXPECT_TRUE(table.erase(*old));
  EXPECT_FALSE(table.erase(*old));
  const auto successor = record("a:k:pub");
  table.insert(successor);
  EXPECT_FALSE(table.erase(*old));
  EXPECT_EQ(table.find(id_of("a:k:pub")), successor);
}

TEST(ProcessTable, ListsEverybody) {
  ProcessTable table;
  for (int i = 0; i < 100; ++i) table.insert(record("p" + std::to_string(i) + ":k:pub"));
  EXPECT_EQ(table.size(), 100u);
  EXPECT_EQ(table.all().size(), 100u);
}

}  // namespace
}  // namespace kinode::kernel
