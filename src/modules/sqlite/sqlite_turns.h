// Whose turn it is on one database: one writer beside several readers, and each process's requests
// in the order in which it sent them (io.md 14.3 R1, 14.5).
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "modules/sqlite/sqlite_messages.h"
#include "msg/envelope.h"

namespace kinode::sqlite {

/// One thing to do on a database.
struct Job {
  enum class Kind : std::uint8_t {
    kRequest,       // `request` asks for `action`
    kProcessEnded,  // what `process` has open can go
    kSweep,         // what has not been used for long can go
    kClose,         // the node stops, or the file is damaged
  };
  /// What it needs: a reader, the writer, or everything.
  enum class Needs : std::uint8_t { kReader, kWriter, kAll };

  Kind kind = Kind::kRequest;
  Needs needs = Needs::kAll;
  bool on_writer = false;  // a query that may write, or has to see what only the writer sees
  msg::EnvelopeRef request;
  SqliteAction action;
  msg::ProcessId process;
  Instant deadline{};
  std::size_t bytes = 0;  // what it counts for in the queue
  std::shared_ptr<std::atomic<bool>> given_up = std::make_shared<std::atomic<bool>>(false);
  std::optional<std::size_t> reader;  // which, once it has started
};
using JobRef = std::shared_ptr<Job>;

/// Pure data. Guarded by its owner.
class Turns {
 public:
  /// False: too much waits; nothing was queued. A job of the module's own always fits.
  bool push(JobRef job);

  /// Takes what may start now; each has to be finished() later. `admit` is asked of each that
  /// could, and what it refuses waits and is overtaken.
  using Admit = std::function<bool(const Job&)>;
  std::vector<JobRef> start(const Admit& admit = {});
  void finished(const Job& job);

  /// What has started needs everything after all: it goes back to the front.
  void restart_with_all(const JobRef& job);

  /// Becomes busy with everything, if nothing runs and nothing waits; end with finished_all().
  bool try_all();
  void finished_all() { all_running_ = false; }

  bool idle() const { return waiting_.empty() && running_.empty() && !all_running_; }

  /// The reads of a process that has ended need not be finished.
  void give_up(const msg::ProcessId& process);
  /// The node stops: what is long is interrupted.
  void give_up_all();

 private:
  struct Counts {
    std::size_t reads = 0;
    std::size_t writes = 0;
  };

  bool can_any_start() const;
  std::size_t& waiting_for(Job::Needs needs) {
    return waiting_count_[static_cast<std::size_t>(needs)];
  }
  bool may_start(const Job& job, const Counts& before) const;
  void started(const JobRef& job);
  Counts running_of(const msg::ProcessId& process) const;

  std::deque<JobRef> waiting_;
  std::vector<JobRef> running_;  // kept here: a pool that stops drops what it was given
  std::size_t waiting_bytes_ = 0;
  std::size_t waiting_count_[3] = {};  // by what they need
  bool writer_running_ = false;
  bool all_running_ = false;
  std::size_t readers_running_ = 0;
  bool reader_busy_[limits::kSqliteReaders] = {};
};

}  // namespace kinode::sqlite
