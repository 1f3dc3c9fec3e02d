// Which databases are known and open, who may use them, and whose turn it is.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "modules/kv/kv_database.h"
#include "modules/kv/kv_transactions.h"
#include "msg/envelope.h"
#include "rt/lane.h"
#include "rt/mutex.h"

namespace kinode::kv {

/// One thing to do on a database, in its turn.
struct KvJob {
  enum class Kind : std::uint8_t {
    kRequest,       // `request` asks for `action`
    kProcessEnded,  // what `process` has open can go
    kSweep,         // what has not been used for long can go
    kClose,         // the node stops
  };
  Kind kind = Kind::kRequest;
  msg::EnvelopeRef request;
  KvAction action;
  msg::ProcessId process;
  std::size_t bytes = 0;  // what it counts for in the queue
};

/// A database and all that waits for it. `lane` says who may touch `db` and `transactions`: its
/// owner, one at a time.
struct KvSlot {
  KvSlot(msg::DatabaseKey k, std::string dir, const msg::Address& issuer, store::WriteGate* g);

  const msg::DatabaseKey key;
  const std::string directory;
  const msg::DatabaseRights rights;
  store::WriteGate* const gate;  // also passed when `db` changes
  rt::Lane<KvJob> lane{{limits::kDatabaseQueueCountMax, limits::kDatabaseQueueBytesMax}};
  std::unique_ptr<KvDatabase> db;
  std::unique_ptr<KvTransactions> transactions;  // goes before the database

  // Hints for whoever does not own the lane.
  std::atomic<bool> is_open{false};
  std::atomic<bool> has_transactions{false};
  std::atomic<Instant> last_used{Instant{}};

  /// Owner of the lane.
  void close();
};
using KvSlotRef = std::shared_ptr<KvSlot>;

/// Thread: any. No lock is held while a database is opened or closed.
class KvDatabases {
 public:
  /// `work` is called with a slot whose lane the callee then owns; it may be called with our lock
  /// held and only hands the slot on. `root` holds the packages' folders.
  KvDatabases(std::string root, msg::AddressRef self, store::WriteGate* gate,
              std::function<void(KvSlotRef)> work)
      : root_(std::move(root)), self_(std::move(self)), gate_(gate), work_(std::move(work)) {}

  /// A known database, or none.
  KvSlotRef find(const msg::DatabaseKey& key) const;

  /// Queues a job, making the database known. Errors: the name cannot be used, too much waits.
  KvStatus submit(const msg::DatabaseKey& key, KvJob job);

  /// How many descriptors the databases may have together.
  void set_descriptors(std::size_t count) { descriptors_.store(count); }
  std::size_t open_max() const;
  std::size_t open_count() const;
  std::vector<KvSlotRef> open_slots() const;

  /// Calls `visit` with each open database that nobody is at work on, as the owner of its lane.
  void visit_idle(const std::function<void(KvSlot&)>& visit);

  /// Before `slot`, whose lane the caller owns, is opened, so that at most `max` are open: closes
  /// the least recently used that nobody is at work on, those with open transactions last. True
  /// when something was closed.
  bool make_room(const KvSlot& slot, std::size_t max);

  /// Gives every open database a job of `kind`, and forgets those that are closed. False: none is
  /// open.
  bool tell_all(KvJob::Kind kind);
  void process_ended(const msg::ProcessId& process);

  /// What was taken from a queue no longer counts.
  void finished(std::size_t bytes) { queued_bytes_.fetch_sub(bytes); }

 private:
  void push_always(const KvSlotRef& slot, KvJob job);

  const std::string root_;
  const msg::AddressRef self_;
  store::WriteGate* const gate_;
  const std::function<void(KvSlotRef)> work_;
  std::atomic<std::size_t> descriptors_{limits::kDatabaseDescriptorsAtStart *
                                        limits::kKvDescriptorsPerDatabase};
  std::atomic<std::size_t> queued_bytes_{0};
  mutable rt::Mutex mutex_;
  std::map<msg::DatabaseKey, KvSlotRef> slots_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::kv
