// One database: its connections, its open transactions, and what waits for it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "modules/sqlite/sqlite_connection.h"
#include "modules/sqlite/sqlite_transactions.h"
#include "modules/sqlite/sqlite_turns.h"
#include "rt/mutex.h"

namespace kinode::sqlite {

/// `turns` says who may touch what: the writer's turn goes with `writer` and `transactions`, a
/// reader's with its connection, and everything's with all of it.
struct Slot {
  Slot(msg::DatabaseKey k, std::string dir, const msg::Address& issuer, store::WriteGate* g)
      : key(std::move(k)), directory(std::move(dir)), rights(issuer, key), gate(g) {}

  const msg::DatabaseKey key;
  const std::string directory;
  const msg::DatabaseRights rights;
  store::WriteGate* const gate;  // also passed when it is opened, closed or removed

  rt::Mutex mutex;
  Turns turns __attribute__((guarded_by(mutex)));

  std::unique_ptr<SqliteConnection> writer;
  std::array<std::unique_ptr<SqliteConnection>, limits::kSqliteReaders> readers;
  std::unique_ptr<Transactions> transactions;

  // Hints for whoever has no turn.
  std::atomic<bool> is_open{false};
  std::atomic<std::uint64_t> opening{0};  // how often it was opened
  std::atomic<bool> has_transactions{false};
  std::atomic<bool> has_temporaries{false};
  std::atomic<Instant> last_used{Instant{}};

  /// Whether a query should be tried without the pool. After tries that failed, such as while
  /// others write, some queries in a row are not.
  bool worth_trying() {
    const std::uint32_t skip = skip_.load(std::memory_order_relaxed);
    if (skip == 0) return true;
    skip_.store(skip - 1, std::memory_order_relaxed);
    return false;
  }
  void tried(bool well) {
    constexpr std::uint32_t kSkippedMax = 32;
    const std::uint32_t more = std::min(kSkippedMax, 2 * skipped_.load() + 1);
    skipped_.store(well ? 0 : more, std::memory_order_relaxed);
    skip_.store(well ? 0 : more, std::memory_order_relaxed);
  }

  /// `db.db` in the database's directory (io.md 10.1).
  std::string file() const { return directory + "/" + key.db + ".db"; }
  bool exists() const;

  /// Called before a closed database may change.
  using Preserve = std::function<void(const Slot&)>;

  /// With everything's turn. `old_directory`: where Kinode 0.9.10 left files by mistake; a database
  /// whose directory it made but whose file is there is brought home. Empty: nowhere.
  SqliteStatus open(const std::string& old_directory, Random& random, const Preserve& preserve);
  void close();
  /// Nothing there: nothing happens.
  SqliteStatus remove(const Preserve& preserve);

  /// With that reader's turn; opens it when it is first needed.
  SqliteResult<SqliteConnection*> reader(std::size_t index);

 private:
  std::atomic<std::uint32_t> skip_{0};     // queries still to come that are not tried
  std::atomic<std::uint32_t> skipped_{0};  // what skip_ was set to last
};
using SlotRef = std::shared_ptr<Slot>;

}  // namespace kinode::sqlite
