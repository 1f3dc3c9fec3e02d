#include "kernel/contexts.h"

#include <../tests/support/kernel_fixture.h>
#include <gtest/gtest.h>

namespace kinode::kernel {
namespace {

using support::at;
using namespace std::chrono_literals;

constexpr Instant kStart{1h};

Context waiting_for(std::uint64_t id, std::string_view target, Instant deadline = kStart + 5s,
                    std::string_view user = "") {
  auto request = std::make_shared<msg::Envelope>();
  request->id = id;
  request->target = msg::share(at(target));
  request->message = msg::Request{};
  Context context;
  context.request = std::move(request);
  context.user = Bytes::copy(user);
  context.deadline = deadline;
  return context;
}

TEST(Contexts, AnAnswerTakesTheContextOfItsRequestOnce) {
  Contexts contexts;
  contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "mine"));
  EXPECT_FALSE(contexts.take(8, at("b:k:pub")));
  const auto taken = contexts.take(7, at("b:k:pub"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->user->text(), "mine");
  EXPECT_FALSE(contexts.take(7, at("b:k:pub")));
}

TEST(Contexts, AnyResponderWillDoWhenOneRequestIsOut) {
  // The request was handed on: somebody else answers it (kernel.md 2.8, E2).
  Contexts contexts;
  contexts.add(waiting_for(7, "b:k:pub"));
  EXPECT_TRUE(contexts.take(7, at("c:k:pub")));
}

TEST(Contexts, Fault43_TwoRequestsOfOneIdKeepTheirOwnContexts) {
  Contexts contexts;
  const auto first = contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "for b"));
  const auto second = contexts.add(waiting_for(7, "c:k:pub", kStart + 5s, "for c"));
  EXPECT_NE(first, second);
  EXPECT_EQ(contexts.take(7, at("c:k:pub"))->user->text(), "for c");
  EXPECT_TRUE(contexts.holds(7));
  EXPECT_EQ(contexts.take(7, at("b:k:pub"))->user->text(), "for b");
  EXPECT_FALSE(contexts.holds(7));
}

TEST(Contexts, OfEqualOnesTheOldestIsTaken) {
  Contexts contexts;
  contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "first"));
  contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "second"));
  EXPECT_EQ(contexts.take(7, at("b:k:pub"))->user->text(), "first");
  EXPECT_EQ(contexts.take(7, at("nobody:k:pub"))->user->text(), "second");
}

TEST(Contexts, AFailureTakesExactlyItsOwn) {
  Contexts contexts;
  const Context first = waiting_for(7, "b:k:pub", kStart + 5s, "first");
  const Context second = waiting_for(7, "b:k:pub", kStart + 5s, "second");
  contexts.add(first);
  contexts.add(second);
  EXPECT_EQ(contexts.take_failed(second.request)->user->text(), "second");
  EXPECT_FALSE(contexts.take_failed(second.request));
  EXPECT_TRUE(contexts.holds(7));
}

TEST(Contexts, AKeyTakesExactlyItsOwn) {
  Contexts contexts;
  contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "first"));
  const auto key = contexts.add(waiting_for(7, "b:k:pub", kStart + 5s, "second"));
  EXPECT_EQ(contexts.take_key(7, key)->user->text(), "second");
  EXPECT_FALSE(contexts.take_key(7, key));
  EXPECT_EQ(contexts.size(), 1u);
}

TEST(Contexts, ExpireTakesWhatIsDueEarliestFirst) {
  Contexts contexts;
  contexts.add(waiting_for(1, "b:k:pub", kStart + 3s, "third"));
  contexts.add(waiting_for(2, "b:k:pub", kStart + 1s, "first"));
  contexts.add(waiting_for(3, "b:k:pub", kStart + 2s, "second"));
  contexts.add(waiting_for(4, "b:k:pub", kStart + 9s, "later"));
  EXPECT_EQ(contexts.earliest(), kStart + 1s);
  const auto due = contexts.expire(kStart + 3s);
  ASSERT_EQ(due.size(), 3u);
  EXPECT_EQ(due[0].user->text(), "first");
  EXPECT_EQ(due[1].user->text(), "second");
  EXPECT_EQ(due[2].user->text(), "third");
  EXPECT_EQ(contexts.earliest(), kStart + 9s);
}

TEST(Contexts, NothingIsDueBeforeItsDeadline) {
  Contexts contexts;
  EXPECT_FALSE(contexts.earliest());
  contexts.add(waiting_for(1, "b:k:pub", kStart + 5s));
  EXPECT_TRUE(contexts.expire(kStart + 5s - 1ns).empty());
  EXPECT_EQ(contexts.expire(kStart + 5s).size(), 1u);
}

}  // namespace
}  // namespace kinode::kernel
