// Which databases are known and open, and what starts when.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "modules/sqlite/sqlite_shares.h"
#include "modules/sqlite/sqlite_slot.h"

namespace kinode::sqlite {

/// Thread: any. No lock is held while a database is used.
class Databases {
 public:
  /// `run` gets a job whose turn it is, and has to see to it that it is done elsewhere and then
  /// told to finished() or restart_with_all(). It may be called with our lock held.
  Databases(std::string root, msg::AddressRef self, store::WriteGate* gate,
            std::function<void(SlotRef, JobRef)> run)
      : root_(std::move(root)), self_(std::move(self)), gate_(gate), run_(std::move(run)) {}

  /// A known database, or none.
  SlotRef find(const msg::DatabaseKey& key) const;

  /// Queues a job, making the database known. Errors: the name cannot be used, too much waits.
  SqliteStatus submit(const msg::DatabaseKey& key, JobRef job);
  void push_always(const SlotRef& slot, JobRef job);
  /// One of the jobs that may start now, for the caller to do itself; the others go to `run`.
  [[nodiscard]] JobRef finished(const SlotRef& slot, const JobRef& job);
  void restart_with_all(const SlotRef& slot, const JobRef& job);

  /// How many descriptors the databases may have together.
  void set_descriptors(std::size_t count) { descriptors_.store(count); }
  std::size_t open_max() const;
  std::vector<SlotRef> open_slots() const;

  /// Before `slot`, of which the caller has everything, is opened: closes the least recently used
  /// that nobody is at work on, those with open transactions last. True when one was closed.
  bool make_room(const Slot& slot);

  /// Gives every open database a job of `kind`, and forgets those that are closed. False: none.
  bool tell_all(Job::Kind kind);
  void give_up_all();
  void process_ended(const msg::ProcessId& process);

 private:
  void start(const SlotRef& slot);
  std::vector<SlotRef> give_share(const Job& job);
  std::vector<JobRef> startable(const SlotRef& slot)
      __attribute__((requires_capability(slot -> mutex)));

  const std::string root_;
  const msg::AddressRef self_;
  store::WriteGate* const gate_;
  const std::function<void(SlotRef, JobRef)> run_;
  std::atomic<std::size_t> descriptors_{limits::kDatabaseDescriptorsAtStart *
                                        limits::kSqliteDescriptorsPerDatabase};
  std::atomic<std::size_t> queued_bytes_{0};
  // Half of the threads: long statements of one process are not in others' way.
  Shares shares_{limits::kSqliteThreadsMax / 2};
  mutable rt::Mutex mutex_;
  std::map<msg::DatabaseKey, SlotRef> slots_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::sqlite
