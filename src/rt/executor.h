// Where things run: the same interface over N worker threads and over one deterministic thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "rt/actor.h"

namespace kinode::rt {

/// A closure that runs once.
using Work = std::move_only_function<void()>;

struct TimerId {
  std::uint64_t value = 0;  // 0: no timer
  bool operator==(const TimerId&) const = default;
};

/// Calls back at a time, or a little later (resolution: one millisecond).
/// Thread: any. The callback runs on a worker; it must be short and may not assume which worker.
class Timers {
 public:
  virtual ~Timers() = default;
  virtual TimerId call_at(Instant when, Work callback) = 0;

  /// True: the callback will not run. False: it has run, is running, or never existed.
  virtual bool cancel(TimerId id) = 0;
};

/// Runs work that may block (disk, compiling, key derivation) off the workers.
/// Work with the same key runs one after the other, in the order of submission; different keys run
/// in parallel. What the work takes of a processor is billed to `payer`, if there is one and it
/// still exists (Actor::bill). Thread: any. Work submitted after stop is dropped.
class BlockingPool {
 public:
  virtual ~BlockingPool() = default;
  virtual void submit(std::string_view key, Work work, std::weak_ptr<Actor> payer) = 0;
  void submit(std::string_view key, Work work) { submit(key, std::move(work), {}); }

  /// What the calling thread has used of a processor so far, for work of several payers at once.
  /// Always nothing where time stands still.
  virtual Nanos processor_time() const { return Nanos{0}; }
};

/// Thread: any, for every function.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Makes sure that `actor` has a slice after this call. From a worker it goes to that worker's
  /// queue.
  virtual void schedule(Actor& actor) = 0;

  /// Runs `work` on some worker, soon.
  virtual void post(Work work) = 0;

  virtual Timers& timers() = 0;
  virtual BlockingPool& blocking() = 0;
  virtual const Clock& clock() const = 0;
};

}  // namespace kinode::rt
