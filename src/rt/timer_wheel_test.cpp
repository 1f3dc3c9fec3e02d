#include "rt/timer_wheel.h"

#include <gtest/gtest.h>
#include <map>

#include "base/random.h"

namespace kinode::rt {
namespace {

using namespace std::chrono_literals;

const Instant kStart{1h};

TEST(TimerWheel, FiresAtItsTimeAndNotBefore) {
  TimerWheel wheel(kStart);
  wheel.add(kStart + 250ms, [] {});
  EXPECT_TRUE(wheel.expire(kStart + 249ms).empty());
  EXPECT_EQ(wheel.expire(kStart + 250ms).size(), 1u);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, FiresInOrderOfTimeAndThenOfArming) {
  TimerWheel wheel(kStart);
  std::string order;
  wheel.add(kStart + 20ms, [&] { order += 'c'; });
  wheel.add(kStart + 10ms, [&] { order += 'a'; });
  wheel.add(kStart + 10ms, [&] { order += 'b'; });
  for (auto& work : wheel.expire(kStart + 1s)) work();
  EXPECT_EQ(order, "abc");
}

TEST(TimerWheel, ForgetsWhatIsRemoved) {
  TimerWheel wheel(kStart);
  const TimerId id = wheel.add(kStart + 5s, [] {});
  EXPECT_TRUE(wheel.remove(id).has_value());
  EXPECT_FALSE(wheel.remove(id).has_value());
  EXPECT_TRUE(wheel.expire(kStart + 10s).empty());
  EXPECT_FALSE(wheel.next().has_value());
}

TEST(TimerWheel, OneThatWasRemovedHidesNoLaterOne) {
  TimerWheel wheel(kStart);
  wheel.remove(wheel.add(kStart + 10ms, [] {}));
  wheel.expire(kStart + 20ms);  // past it, while nothing is armed
  wheel.add(kStart + 65ms, [] {});
  EXPECT_EQ(wheel.expire(kStart + 65ms).size(), 1u);
}

TEST(TimerWheel, NamesATimeThatIsNeverTooLate) {
  TimerWheel wheel(kStart);
  wheel.add(kStart + 3h, [] {});
  Instant now = kStart;
  int looks = 0;
  while (wheel.expire(now).empty()) {
    ASSERT_LT(++looks, 100) << "a far timer must not be looked at every tick";
    ASSERT_TRUE(wheel.next().has_value());
    now = *wheel.next();
  }
  EXPECT_EQ(now, kStart + 3h);
}

// The wheel against a sorted map, with times from a millisecond to a month.
TEST(TimerWheel, AgreesWithASortedMap) {
  SeededRandom random(7);
  TimerWheel wheel(kStart);
  std::multimap<std::int64_t, std::uint64_t> model;  // ms, id
  std::vector<std::pair<TimerId, std::int64_t>> armed;
  std::vector<std::uint64_t> fired;
  std::int64_t now = 0;
  for (std::uint64_t step = 1; step <= 5000; ++step) {
    const std::uint64_t dice = random.next_u64();
    if (dice % 4 < 2) {
      const auto span = static_cast<std::int64_t>(random.next_u64() % (1ull << (dice % 31))) + 1;
      const TimerId id = wheel.add(kStart + std::chrono::milliseconds(now + span),
                                   [&fired, step] { fired.push_back(step); });
      model.emplace(now + span, step);
      armed.emplace_back(id, static_cast<std::int64_t>(step));
    } else if (dice % 4 == 2 && !armed.empty()) {
      const auto [id, tag] = armed[random.next_u64() % armed.size()];
      const bool removed = wheel.remove(id).has_value();
      const auto at = std::find_if(model.begin(), model.end(), [&](const auto& e) {
        return e.second == static_cast<std::uint64_t>(tag);
      });
      EXPECT_EQ(removed, at != model.end());
      if (at != model.end()) model.erase(at);
    } else {
      now += static_cast<std::int64_t>(random.next_u64() % (1ull << (dice % 22)));
      fired.clear();
      for (auto& work : wheel.expire(kStart + std::chrono::milliseconds(now))) work();
      std::vector<std::uint64_t> expected;
      for (auto it = model.begin(); it != model.end() && it->first <= now; it = model.erase(it)) {
        expected.push_back(it->second);
      }
      ASSERT_EQ(fired, expected) << "at " << now << " ms, step " << step;
    }
    ASSERT_EQ(wheel.size(), model.size());
    if (!model.empty()) {
      ASSERT_LE(*wheel.next(),
                kStart + std::chrono::milliseconds(std::max(model.begin()->first, now + 1)));
    }
  }
}

}  // namespace
}  // namespace kinode::rt
