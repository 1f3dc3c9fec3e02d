// The open transactions of one database (io.md 9.4, 14.4 Q16).
#pragma once

#include <map>
#include <memory>
#include <rocksdb/utilities/transaction.h>

#include "base/clock.h"
#include "base/random.h"
#include "modules/kv/kv_database.h"
#include "msg/address.h"

namespace kinode::kv {

/// A transaction sees the database as it was at its begin, belongs to the process that began it,
/// and commits only if nobody has written one of its keys since. For everybody else it is not
/// there. Thread: that of the database, which outlives this.
class KvTransactions {
 public:
  KvTransactions(KvDatabase& db, Random& random) : db_(db), random_(random) {}

  /// Errors: the process has limits::kTransactionsPerProcessMax open here.
  KvResult<std::uint64_t> begin(const msg::ProcessId& owner, Instant now);

  KvStatus set(std::uint64_t id, const msg::ProcessId& owner, ByteView key, ByteView value,
               Instant now);
  KvStatus erase(std::uint64_t id, const msg::ProcessId& owner, ByteView key, Instant now);
  KvResult<KvValue> get_for_update(std::uint64_t id, const msg::ProcessId& owner, ByteView key,
                                   Instant now);

  /// Whatever the result, the transaction has ended; a conflict has the cause "Conflict".
  KvStatus commit(std::uint64_t id, const msg::ProcessId& owner);
  KvStatus abort(std::uint64_t id, const msg::ProcessId& owner);

  void abort_all_of(const msg::ProcessId& owner);
  /// Aborts what has not been used since.
  void abort_unused_since(Instant since);

  bool empty() const { return open_.empty(); }

 private:
  struct Open {
    msg::ProcessId owner;
    std::unique_ptr<rocksdb::Transaction> rocks;
    Instant last_used;
  };

  KvResult<Open*> find(std::uint64_t id, const msg::ProcessId& owner, Instant now);
  KvStatus changed(const Open& tx, const rocksdb::Status& status) const;

  KvDatabase& db_;
  Random& random_;
  std::map<std::uint64_t, Open> open_;
};

}  // namespace kinode::kv
