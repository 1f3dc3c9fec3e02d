// The executor for tests and simulation: one thread, a clock that stands still, an order that a
// seed decides. Nothing happens unless run_* or advance is called.
#pragma once

#include <deque>
#include <optional>

#include "base/random.h"
#include "rt/executor.h"
#include "rt/key_queue.h"
#include "rt/wheel_timers.h"

namespace kinode::rt {

/// One thread only.
class ManualExecutor final : public Executor {
 public:
  /// Without a seed, ready actors run in the order in which they became ready; with one, a seeded
  /// choice is made among all that are ready.
  explicit ManualExecutor(std::optional<std::uint64_t> seed = std::nullopt);
  ~ManualExecutor() override;

  void schedule(Actor& actor) override;
  void post(Work work) override;
  Timers& timers() override { return timers_; }
  BlockingPool& blocking() override { return pool_; }
  const Clock& clock() const override { return clock_; }

  /// Runs one ready slice, posted work or blocking job. False: nothing is ready.
  bool run_one();

  /// Runs until nothing is ready. False: `steps_max` was reached first (something never rests).
  bool run_until_idle(std::size_t steps_max = 1'000'000);

  /// Moves time, firing what is due on the way, each timer at its own time, and running what it
  /// causes.
  void advance(Nanos by);

  /// Moves time and makes what is due on the way ready, without running anything: for schedules in
  /// which time passes while others are ready.
  void pass_time(Nanos by);

  /// When something becomes due; perhaps a little earlier. None: nothing will.
  std::optional<Instant> next_due() const { return timers_.next(); }

 private:
  class Pool final : public BlockingPool {
   public:
    explicit Pool(ManualExecutor& owner) : owner_(owner) {}
    using BlockingPool::submit;
    /// Bills nobody: the clock stands still meanwhile.
    void submit(std::string_view key, Work work, std::weak_ptr<Actor> payer) override;

   private:
    void queue(KeyQueue::Job job);
    ManualExecutor& owner_;
    KeyQueue order_;
  };

  std::size_t pick(std::size_t count);

  ManualClock clock_;
  std::optional<SeededRandom> random_;
  std::deque<std::shared_ptr<Actor>> ready_;
  std::deque<Work> posted_;
  WheelTimers timers_;
  Pool pool_;
};

}  // namespace kinode::rt
