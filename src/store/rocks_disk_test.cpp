// The store of states and processes after its disk broke at any of its steps.
#include <../tests/support/forgetful_fs.h>
#include <../tests/support/scratch.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "store/rocks_kv.h"

namespace kinode::store {
namespace {

using support::DiskFault;
using testing::HasSubstr;

class StoreOnABreakingDisk : public testing::Test {
 protected:
  void begin_anew() {
    kv.reset();
    steps = std::make_unique<support::DiskSteps>();
    env = rocksdb::NewCompositeEnv(std::make_shared<support::ForgetfulFs>(*steps));
    directory = home / fmt::format("kv{}", ++made);
    asked = acknowledged = 0;
    refusal.clear();
  }
  bool open() {
    auto opened = open_rocks_kv(directory, nullptr, env.get());
    if (opened) kv = std::move(*opened);
    return took(opened ? Status() : std::unexpected(opened.error()));
  }
  bool took(const Status& status) {
    if (status) {
      acknowledged = asked;
    } else {
      refusal = status.error().detail;
    }
    return status.has_value();
  }
  /// Two keys in one batch, or one.
  bool write(Durability durability) {
    const std::string number = fmt::format("{:03}", ++asked);
    if (asked % 3 != 0) return took(kv->put("one", as_bytes(number), durability));
    WriteBatch batch;
    batch.put("one", Bytes::copy(number));
    batch.put("two", Bytes::copy(number));
    return took(kv->write(batch, durability));
  }
  void live(Durability durability) {
    for (int life = 0; life < 2; ++life) {
      kv.reset();
      if (!open()) return;
      for (int i = 0; i < 4; ++i) {
        if (!write(durability)) return;
      }
    }
  }
  int number_at(std::string_view key) {
    const auto value = kv->get(key);
    EXPECT_TRUE(value);
    return value && *value ? std::stoi(std::string((*value)->text())) : 0;
  }
  /// What was acknowledged is there, a batch is whole.
  void check(int least) {
    const int one = number_at("one");
    EXPECT_GE(one, least);
    EXPECT_LE(one, asked);
    EXPECT_EQ(number_at("two"), one / 3 * 3);
  }
  void at_every_step(DiskFault fault, Durability durability,
                     const std::function<void()>& afterwards) {
    for (std::size_t step = 1;; ++step) {
      SCOPED_TRACE(fmt::format("step {}", step));
      begin_anew();
      steps->break_at(step, fault);
      live(durability);
      const bool broke = steps->broke();
      afterwards();
      if (HasFailure() || !broke) return;
    }
  }

  const support::Scratch home;
  std::unique_ptr<support::DiskSteps> steps;
  std::unique_ptr<rocksdb::Env> env;
  std::unique_ptr<LinkableKv> kv;
  std::string directory;
  int made = 0;
  int asked = 0;
  int acknowledged = 0;
  std::string refusal;
};

TEST_F(StoreOnABreakingDisk, NothingAcknowledgedIsLostWhenThePowerIs) {
  at_every_step(DiskFault::kEnd, Durability::kPower, [&] {
    const int before = acknowledged;
    kv.reset();
    steps->heal();
    steps->power_cut(50);
    ASSERT_TRUE(open()) << refusal;
    check(before);
    EXPECT_TRUE(write(Durability::kPower)) << refusal;
  });
}

TEST_F(StoreOnABreakingDisk, AFullOrReadOnlyDiskIsAnErrorAndLosesNothing) {
  for (const auto fault : {DiskFault::kFull, DiskFault::kReadOnly}) {
    at_every_step(fault, Durability::kProcess, [&] {
      const int before = acknowledged;
      const auto* const why = fault == DiskFault::kFull ? "free some space" : "Read-only";
      if (!refusal.empty()) EXPECT_THAT(refusal, HasSubstr(why));
      kv.reset();
      steps->heal();
      ASSERT_TRUE(open()) << refusal;
      check(before);
      EXPECT_TRUE(write(Durability::kProcess)) << refusal;
    });
  }
}

}  // namespace
}  // namespace kinode::store
