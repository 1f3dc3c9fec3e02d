#include "modules/sqlite/sqlite_connection.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

#include "base/limits.h"
#include "modules/sqlite/sqlite_gate.h"
#include "modules/sqlite/sqlite_memory_only.h"
#include "modules/sqlite/sqlite_quick.h"

namespace kinode::sqlite {

namespace {

constexpr int kBusyMs = 5000;  // io.md 10.1

std::string_view cause_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return "Constraint";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "Busy";
    case SQLITE_INTERRUPT:
      return "Timeout";
    case SQLITE_FULL:
      return "DiskFull";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return "Denied";
    case SQLITE_AUTH:
      return "NotAuthorized";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "Corrupt";
    case SQLITE_IOERR:
      return "Io";
    case SQLITE_TOOBIG:
      return "TooBig";
    case SQLITE_NOMEM:
      return "Overloaded";
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return "Sql";
    default:
      return "Internal";
  }
}

void set_limits(sqlite3* db) {
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, static_cast<int>(limits::kSqliteValueBytesMax));
  sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, static_cast<int>(limits::kSqliteStatementBytesMax));
  sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, limits::kSqliteExpressionDepthMax);
  sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, limits::kSqliteCompoundSelectMax);
  sqlite3_limit(db, SQLITE_LIMIT_VDBE_OP, limits::kSqliteProgramOpsMax);
  sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, static_cast<int>(limits::kSqliteParametersMax));
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 1);  // VACUUM needs one
  sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
  sqlite3_hard_heap_limit64(static_cast<sqlite3_int64>(limits::kSqliteHeapBytesMax));
}

int bind_one(sqlite3_stmt* statement, int at, const SqlValue& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, at, *i);
  }
  if (const auto* d = std::get_if<double>(&value)) return sqlite3_bind_double(statement, at, *d);
  // The parameters live until the statement is reset.
  if (const auto* t = std::get_if<Text>(&value)) {
    return sqlite3_bind_text64(statement, at, t->text.data(), t->text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* b = std::get_if<ByteVector>(&value)) {
    if (b->empty()) return sqlite3_bind_zeroblob(statement, at, 0);
    return sqlite3_bind_blob64(statement, at, b->data(), b->size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

// What a thread that serves others may spend on a statement: about 50 us of steps, and values of a
// size that is copied in no time.
constexpr int kQuickSteps = 1000;
constexpr int kQuickBytesMax = 16 << 10;

/// While one exists, statements end soon: with an error, if they are not done.
class Hurry {
 public:
  explicit Hurry(sqlite3* db) : db_(db) {
    sqlite3_progress_handler(db_, kQuickSteps, [](void*) { return 1; }, nullptr);
    sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, kQuickBytesMax);
    sqlite3_busy_timeout(db_, 0);
  }
  ~Hurry() {
    sqlite3_busy_timeout(db_, kBusyMs);
    sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, static_cast<int>(limits::kSqliteValueBytesMax));
    sqlite3_progress_handler(db_, 0, nullptr, nullptr);
  }
  Hurry(const Hurry&) = delete;
  Hurry& operator=(const Hurry&) = delete;

 private:
  sqlite3* const db_;
};

/// Leaves a kept statement clean, however its run ends.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};

}  // namespace

SqliteResult<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& file,
                                                                       Mode mode,
                                                                       const std::string& name,
                                                                       store::WriteGate* gate) {
  const int flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
      (mode == Mode::kWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  sqlite3* raw = nullptr;
  const char* layer = file_layer();
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, layer);
  if (raw == nullptr) return std::unexpected(SqliteError::rusqlite("out of memory", "Overloaded"));
  std::unique_ptr<SqliteConnection> out(new SqliteConnection(raw, name));
  out->has_door_ = layer != nullptr;
  if (code != SQLITE_OK) return std::unexpected(out->error());
  if (auto ok = out->set_up(mode); !ok) return std::unexpected(std::move(ok.error()));
  out->gate_ = gate;
  if (gate != nullptr) sqlite3_commit_hook(raw, &SqliteConnection::before_commit, out.get());
  return out;
}

SqliteStatus SqliteConnection::set_up(Mode mode) {
  set_limits(db_);
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, kBusyMs);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_FKEY, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  authorizer_ = std::make_unique<Authorizer>(db_);
  // Debian's library is built to trigger recursively; the original's is not.
  if (auto ok = execute("PRAGMA recursive_triggers=OFF"); !ok) return ok;
  const std::string cache = fmt::format("PRAGMA cache_size=-{}", limits::kSqliteCacheBytes / 1024);
  if (auto ok = execute(cache.c_str()); !ok) return ok;
  if (mode == Mode::kReader) return execute("PRAGMA query_only=ON");
  return execute("PRAGMA journal_mode=WAL");
}

SqliteConnection::~SqliteConnection() {
  for (const Kept& kept : kept_) sqlite3_finalize(kept.statement);
  authorizer_.reset();
  sqlite3_close_v2(db_);
}

SqliteError SqliteConnection::error(std::string_view sql) const {
  const int code = sqlite3_extended_errcode(db_);
  std::string text = sqlite3_errmsg(db_);
  const int offset = sqlite3_error_offset(db_);
  if (!sql.empty() && (code & 0xff) == SQLITE_ERROR && offset >= 0) {
    text = fmt::format("{} in {} at offset {}", text, sql, offset);
  }
  if (authorizer_ && !authorizer_->reason().empty()) {
    return SqliteError::rusqlite(fmt::format("not authorized: {}", authorizer_->reason()),
                                 "NotAuthorized");
  }
  std::string_view cause = cause_of(code);
  const int number = cause == "Io" || cause == "Denied" ? sqlite3_system_errno(db_) : 0;
  if (number != 0) text += fmt::format(": {}", std::strerror(number));
  if (number == ENOSPC || number == EDQUOT) cause = "DiskFull";
  if (number == EROFS || number == EACCES) cause = "Denied";
  if (cause == "Corrupt") {
    text += fmt::format(" (restore {} from a backup, or remove it)", name_);
  }
  return SqliteError::rusqlite(std::move(text), std::string(cause));
}

SqliteStatus SqliteConnection::execute(const char* sql) {
  authorizer_->begin(false);
  const Authorizer::Trusted trusted(*authorizer_);
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  pass_.reset();
  if (code != SQLITE_OK) {
    return std::unexpected(error());
  }
  return {};
}

SqliteConnection::Kept* SqliteConnection::find(std::string_view sql) {
  const auto it = by_sql_.find(sql);
  if (it == by_sql_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, it->second);
  return &*it->second;
}

/// Not before its second use: most statements that are used once are not used again. Another schema
/// may have made another program of it.
void SqliteConnection::learn(Kept& kept) {
  const int prepared = sqlite3_stmt_status(kept.statement, SQLITE_STMTSTATUS_REPREPARE, 0);
  if (kept.quick && kept.prepared == prepared) return;
  authorizer_->begin(false);
  kept.quick = has_short_steps(db_, kept.statement);
  kept.prepared = prepared;
}

SqliteResult<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  if (sql.size() > limits::kSqliteStatementBytesMax) {
    return std::unexpected(
        SqliteError::rusqlite(fmt::format("a statement of {} bytes is too long: at most {}",
                                          sql.size(), limits::kSqliteStatementBytesMax),
                              "TooBig"));
  }
  if (Kept* kept = find(sql)) {
    learn(*kept);
    return kept->statement;
  }
  authorizer_->begin(first_word(sql) == "VACUUM");
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    return std::unexpected(error(sql));
  }
  if (statement == nullptr) return nullptr;
  kept_.push_front({.sql = std::string(sql), .statement = statement});
  by_sql_.emplace(kept_.front().sql, kept_.begin());
  if (kept_.size() > limits::kSqliteStatementsKept) {
    by_sql_.erase(kept_.back().sql);
    sqlite3_finalize(kept_.back().statement);
    kept_.pop_back();
  }
  return statement;
}

SqliteStatus SqliteConnection::bind(sqlite3_stmt* statement, const Parameters& parameters) {
  const auto needed = static_cast<std::size_t>(sqlite3_bind_parameter_count(statement));
  if (parameters.size() != needed) {
    return std::unexpected(SqliteError::rusqlite(
        fmt::format("Wrong number of parameters passed to query. Got {}, needed {}",
                    parameters.size(), needed),
        "Sql"));
  }
  for (std::size_t i = 0; i < needed; ++i) {
    if (bind_one(statement, static_cast<int>(i) + 1, parameters[i]) != SQLITE_OK) {
      return std::unexpected(error());
    }
  }
  return {};
}

/// What a statement does before its commit nobody else sees, so a long one is not in the way of the
/// gate.
int SqliteConnection::before_commit(void* self) {
  auto& connection = *static_cast<SqliteConnection*>(self);
  if (!connection.pass_) connection.pass_.emplace(connection.gate_->enter());
  return 0;
}

int SqliteConnection::progress(void* patience) {
  const auto& p = *static_cast<const Patience*>(patience);
  return p.given_up.load(std::memory_order_relaxed) || p.clock.now() >= p.deadline ? 1 : 0;
}

SqliteResult<std::optional<std::string>> SqliteConnection::run(sqlite3_stmt* statement,
                                                               std::string_view word,
                                                               const Parameters& parameters,
                                                               RowsForm form,
                                                               const Patience& patience) {
  authorizer_->begin(word == "VACUUM");
  const Reset reset{statement};
  if (auto ok = bind(statement, parameters); !ok) return std::unexpected(std::move(ok.error()));
  Patience copy = patience;
  sqlite3_progress_handler(db_, limits::kSqliteProgressSteps, &SqliteConnection::progress, &copy);
  struct Unwatch {
    sqlite3* db;
    ~Unwatch() { sqlite3_progress_handler(db, 0, nullptr, nullptr); }
  } const unwatch{db_};
  std::optional<RowsWriter> rows;
  for (;;) {
    const int code = sqlite3_step(statement);
    pass_.reset();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return std::unexpected(error());
    // Not before the first step: it prepares again when the schema has changed.
    if (!rows && sqlite3_column_count(statement) > 0) rows.emplace(statement, form);
    if (code == SQLITE_DONE) break;
    // A row may have come without many steps of the machine.
    if (progress(&copy) != 0) {
      return std::unexpected(SqliteError::rusqlite("interrupted", "Timeout"));
    }
    if (auto ok = rows->add_row(); !ok) return std::unexpected(std::move(ok.error()));
  }
  if (!rows) return std::nullopt;
  return std::move(*rows).finish();
}

std::optional<std::string> SqliteConnection::run_now(std::string_view sql,
                                                     const Parameters& parameters, RowsForm form) {
  Kept* kept = find(sql);
  if (!has_door_ || !MemoryOnly::works()) return std::nullopt;
  if (kept == nullptr || !kept->quick.value_or(false)) return std::nullopt;
  if (sqlite3_stmt_status(kept->statement, SQLITE_STMTSTATUS_REPREPARE, 0) != kept->prepared) {
    return std::nullopt;
  }
  authorizer_->begin(false);
  const Authorizer::Closed closed(*authorizer_);
  const MemoryOnly memory_only;
  const Hurry hurry(db_);
  const Reset reset{kept->statement};
  if (!bind(kept->statement, parameters)) return std::nullopt;
  std::optional<RowsWriter> rows;
  for (;;) {
    const int code = sqlite3_step(kept->statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return std::nullopt;
    if (!rows) rows.emplace(kept->statement, form);
    if (code == SQLITE_DONE) return std::move(*rows).finish();
    if (!rows->add_row() || rows->size() > kQuickBytesMax) return std::nullopt;
  }
}

}  // namespace kinode::sqlite
