// Who runs beside whom on one database.
#include "modules/sqlite/sqlite_turns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "modules/sqlite/sqlite_shares.h"
#include "modules/sqlite/sqlite_slot.h"

namespace kinode::sqlite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Needs = Job::Needs;

JobRef job(Needs needs, std::string process) {
  auto out = std::make_shared<Job>();
  out->needs = needs;
  out->process = {std::move(process), "p", "n"};
  return out;
}
JobRef read(std::string process) { return job(Needs::kReader, std::move(process)); }
JobRef write(std::string process) { return job(Needs::kWriter, std::move(process)); }

class TurnsTest : public testing::Test {
 protected:
  JobRef push(JobRef job) {
    EXPECT_TRUE(turns.push(job));
    return job;
  }
  Turns turns;
};

TEST_F(TurnsTest, OneWritesWhileSeveralRead) {
  const auto a = push(write("a"));
  const auto b = push(read("b"));
  const auto c = push(write("c"));
  const auto d = push(read("d"));
  EXPECT_THAT(turns.start(), ElementsAre(a, b, d));
  EXPECT_NE(b->reader, d->reader);
  turns.finished(*a);
  EXPECT_THAT(turns.start(), ElementsAre(c));
}

TEST_F(TurnsTest, AProcessReadsWhatItWroteBefore) {
  const auto one = push(write("a"));
  const auto two = push(read("a"));
  EXPECT_THAT(turns.start(), ElementsAre(one));
  turns.finished(*one);
  EXPECT_THAT(turns.start(), ElementsAre(two));
}

TEST_F(TurnsTest, AProcessDoesNotReadWhatItWritesLater) {
  const auto one = push(read("a"));
  const auto two = push(write("a"));
  const auto three = push(read("a"));
  EXPECT_THAT(turns.start(), ElementsAre(one));
  turns.finished(*one);
  EXPECT_THAT(turns.start(), ElementsAre(two));
  turns.finished(*two);
  EXPECT_THAT(turns.start(), ElementsAre(three));
}

TEST_F(TurnsTest, ReadsOfOneProcessRunBesideEachOtherUpToTheReaders) {
  std::vector<JobRef> reads;
  for (std::size_t i = 0; i <= limits::kSqliteReaders; ++i) reads.push_back(push(read("a")));
  EXPECT_THAT(turns.start(), SizeIs(limits::kSqliteReaders));
  turns.finished(*reads[1]);
  EXPECT_THAT(turns.start(), ElementsAre(reads.back()));
  EXPECT_EQ(reads.back()->reader, reads[1]->reader);
}

TEST_F(TurnsTest, WhoNeedsEverythingWaitsForAllAndIsNotOvertaken) {
  const auto one = push(read("a"));
  EXPECT_THAT(turns.start(), ElementsAre(one));
  const auto all = push(job(Needs::kAll, "b"));
  const auto two = push(read("c"));
  EXPECT_THAT(turns.start(), IsEmpty());
  turns.finished(*one);
  EXPECT_THAT(turns.start(), ElementsAre(all));
  EXPECT_THAT(turns.start(), IsEmpty());
  turns.finished(*all);
  EXPECT_THAT(turns.start(), ElementsAre(two));
  EXPECT_FALSE(turns.try_all());
  turns.finished(*two);
  EXPECT_TRUE(turns.idle());
  EXPECT_TRUE(turns.try_all());
  turns.finished_all();
}

TEST_F(TurnsTest, WhoFindsTheDatabaseClosedComesFirstWithEverything) {
  const auto one = push(read("a"));
  const auto two = push(read("b"));
  EXPECT_THAT(turns.start(), ElementsAre(one, two));
  push(write("c"));
  turns.restart_with_all(one);
  EXPECT_THAT(turns.start(), IsEmpty());
  turns.finished(*two);
  EXPECT_THAT(turns.start(), ElementsAre(one));
}

TEST_F(TurnsTest, IsBounded) {
  for (std::size_t i = 0; i < limits::kDatabaseQueueCountMax; ++i) push(write("a"));
  EXPECT_FALSE(turns.push(write("a")));
  auto own = job(Needs::kAll, "");
  own->kind = Job::Kind::kSweep;
  EXPECT_TRUE(turns.push(own));
}

TEST_F(TurnsTest, ReadsOfAnEndedProcessAreGivenUpAndItsWritesAreNot) {
  const auto one = push(read("a"));
  turns.start();
  const auto two = push(write("a"));
  const auto three = push(read("a"));
  const auto other = push(read("b"));
  turns.give_up({"a", "p", "n"});
  EXPECT_TRUE(one->given_up->load() && three->given_up->load());
  EXPECT_FALSE(two->given_up->load() || other->given_up->load());
}

TEST_F(TurnsTest, WhatRunsIsKeptThoughAPoolThatStopsHasDroppedIt) {
  push(write("a"));
  turns.start();
  push(read("a"));
  EXPECT_THAT(turns.start(), IsEmpty());
  turns.give_up_all();
}

TEST_F(TurnsTest, WhenTheNodeStopsEverythingIsGivenUp) {
  const auto one = push(write("a"));
  turns.start();
  const auto two = push(read("b"));
  turns.give_up_all();
  EXPECT_TRUE(one->given_up->load() && two->given_up->load());
}

TEST_F(TurnsTest, WhoHasHisShareIsOvertaken) {
  const auto no_a = [](const Job& job) { return job.process.process != "a"; };
  const auto a = push(job(Needs::kAll, "a"));
  const auto b = push(write("b"));
  const auto c = push(read("a"));
  const auto d = push(read("c"));
  EXPECT_THAT(turns.start(no_a), ElementsAre(b, d));
  turns.finished(*b);
  turns.finished(*d);
  EXPECT_THAT(turns.start(), ElementsAre(a));
  turns.finished(*a);
  EXPECT_THAT(turns.start(), ElementsAre(c));
}

TEST(SharesTest, AProcessHasItsShareAndOthersHaveTheirs) {
  Shares shares(2);
  const auto x = std::make_shared<Slot>(msg::DatabaseKey{}, "", msg::Address{}, nullptr);
  const auto y = std::make_shared<Slot>(msg::DatabaseKey{}, "", msg::Address{}, nullptr);
  const msg::ProcessId a{"a", "p", "n"};
  const msg::ProcessId b{"b", "p", "n"};
  EXPECT_TRUE(shares.take(a, x));
  EXPECT_TRUE(shares.take(a, y));
  EXPECT_FALSE(shares.take(a, y));
  EXPECT_FALSE(shares.take(a, y));
  EXPECT_TRUE(shares.take(b, y));
  EXPECT_THAT(shares.give(b), IsEmpty());
  EXPECT_THAT(shares.give(a), ElementsAre(y));
  EXPECT_TRUE(shares.take(a, y));
  EXPECT_THAT(shares.give(a), IsEmpty());
  EXPECT_THAT(shares.give(a), IsEmpty());
}

}  // namespace
}  // namespace kinode::sqlite
