// One connection to one database file, and what statements may do and take on it.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "modules/sqlite/sqlite_authorizer.h"
#include "modules/sqlite/sqlite_values.h"
#include "store/write_gate.h"

namespace kinode::sqlite {

/// When a statement has to end. Both outlive the call.
struct Patience {
  const Clock& clock;
  Instant deadline;
  const std::atomic<bool>& given_up;
};

/// Thread: one at a time. Every function may wait for the disk.
class SqliteConnection {
 public:
  enum class Mode : std::uint8_t { kWriter, kReader };

  /// The writer makes the file when it is not there; a reader cannot write. `name` is what errors
  /// call the file.
  /// From then on each commit holds a pass of `gate`, which may be none.
  static SqliteResult<std::unique_ptr<SqliteConnection>> open(const std::string& file, Mode mode,
                                                              const std::string& name,
                                                              store::WriteGate* gate = nullptr);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// A statement that this connection keeps, ready to run; valid until the next prepare. Null: the
  /// text holds none. What follows the first statement is ignored (io.md 10.6).
  SqliteResult<sqlite3_stmt*> prepare(std::string_view sql);

  /// Runs what was prepared. Rows, when the statement has columns.
  SqliteResult<std::optional<std::string>> run(sqlite3_stmt* statement, std::string_view word,
                                               const Parameters& parameters, RowsForm form,
                                               const Patience& patience);

  /// The rows of a query that this connection has run before, if that takes microseconds only: few
  /// steps, small values, nothing from the disk. None: run() it where there is time. Does not wait.
  std::optional<std::string> run_now(std::string_view sql, const Parameters& parameters,
                                     RowsForm form);

  /// The module's own statements: BEGIN, COMMIT, ROLLBACK, PRAGMA.
  SqliteStatus execute(const char* sql);
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  bool has_temporaries() const { return authorizer_ && authorizer_->has_temporaries(); }

  /// After such an error the connection is of no use.
  static bool is_fatal(const SqliteError& error) { return error.cause == "Corrupt"; }

 private:
  SqliteConnection(sqlite3* db, std::string name) : db_(db), name_(std::move(name)) {}

  SqliteStatus set_up(Mode mode);
  struct Kept {
    std::string sql;
    sqlite3_stmt* statement;
    // Whether it has_short_steps(), and how often it had been prepared anew when that was found.
    std::optional<bool> quick = {};
    int prepared = 0;
  };

  Kept* find(std::string_view sql);
  void learn(Kept& kept);
  SqliteStatus bind(sqlite3_stmt* statement, const Parameters& parameters);
  SqliteError error(std::string_view sql = {}) const;
  static int progress(void* patience);
  static int before_commit(void* self);

  sqlite3* db_;
  const std::string name_;
  bool has_door_ = false;  // its files do not wait where MemoryOnly exists
  store::WriteGate* gate_ = nullptr;
  std::optional<store::WriteGate::Pass> pass_;  // from a commit's begin to the end of its step
  std::unique_ptr<Authorizer> authorizer_;
  std::list<Kept> kept_;  // the most recently used first
  std::unordered_map<std::string_view, std::list<Kept>::iterator> by_sql_;
};

}  // namespace kinode::sqlite
