#include "modules/sqlite/sqlite_operations.h"

#include <fmt/format.h>

#include "modules/sqlite/sqlite_gate.h"

namespace kinode::sqlite {

namespace {

using Kind = SqliteError::Kind;

/// Whether the action may bring a database into being that is not there (reads must not, io.md 14.4
/// Q4).
bool creates(const SqliteAction& action) {
  return std::holds_alternative<action::Open>(action) ||
         std::holds_alternative<action::Write>(action) ||
         std::holds_alternative<action::BeginTx>(action);
}

/// Whether trying the same again later can help.
bool is_passing(const SqliteError& error) {
  return error.cause == "Busy" || error.cause == "DiskFull" || error.cause == "Io" ||
         error.cause == "Denied" || error.cause == "Timeout" || error.cause == "Overloaded";
}

/// A statement that a `Write` may run, by its parsed form.
SqliteStatus check_write(sqlite3_stmt* statement, std::string_view sql) {
  const Way way = way_of_write(first_word(sql));
  if (statement == nullptr || way == Way::kRefused) return refuse(Kind::kNotAWriteKeyword);
  if (way != Way::kWrite && sqlite3_stmt_readonly(statement) != 0) {
    return refuse(Kind::kNotAWriteKeyword);
  }
  // WITH can begin either.
  if (first_word(sql) == "WITH" && sqlite3_stmt_readonly(statement) != 0) {
    return refuse(Kind::kNotAWriteKeyword);
  }
  return {};
}

/// What a `Write` says of text that SQLite cannot prepare: a word that no write begins with is
/// named as in the original.
SqliteError write_error(std::string_view sql, SqliteError error) {
  const Way way = way_of_write(first_word(sql));
  if (way == Way::kRefused || (way == Way::kUnknown && error.cause == "Sql")) {
    return SqliteError::of(Kind::kNotAWriteKeyword);
  }
  return error;
}

}  // namespace

Operation::Outcome Operation::run() {
  const bool needs_open =
      job_.kind == Job::Kind::kRequest && !slot_.writer && job_.needs != Job::Needs::kAll;
  if (needs_open) return Outcome::kNeedsAll;
  switch (job_.kind) {
    case Job::Kind::kRequest:
      request();
      slot_.last_used.store(now());
      break;
    case Job::Kind::kProcessEnded:
      if (slot_.transactions) slot_.transactions->abort_all_of(job_.process);
      break;
    case Job::Kind::kSweep:
      sweep();
      break;
    case Job::Kind::kClose:
      slot_.close();
      break;
  }
  if (job_.needs != Job::Needs::kReader) {
    slot_.has_transactions.store(slot_.transactions && !slot_.transactions->empty());
    slot_.has_temporaries.store(slot_.writer && slot_.writer->has_temporaries());
  }
  return damaged_ ? Outcome::kDamaged : Outcome::kDone;
}

bool Operation::run_now() {
  constexpr std::size_t kParameterBytesMax = 16 << 10;
  const auto* query = std::get_if<action::Query>(&job_.action);
  if (query == nullptr || job_.on_writer || !job_.reader || !slot_.readers[*job_.reader]) {
    return false;
  }
  if (job_.request->blob && job_.request->blob->bytes.size() > kParameterBytesMax) return false;
  const auto values = parameters();
  if (!values) return false;
  auto rows = slot_.readers[*job_.reader]->run_now(
      query->statement, *values, query->columnar ? RowsForm::kColumns : RowsForm::kObjects);
  if (!rows) return false;
  slot_.last_used.store(now());
  answer(encode_sqlite_read(), std::move(rows));
  return true;
}

void Operation::sweep() {
  if (!slot_.writer) return;
  slot_.transactions->abort_unused_since(now() - limits::kTransactionIdleTimeMax);
  const bool unused = slot_.last_used.load() < now() - limits::kDatabaseIdleTimeMax;
  if (unused && slot_.transactions->empty()) slot_.close();
}

void Operation::request() {
  if (now() >= job_.deadline) {
    return refuse(SqliteError::rusqlite("interrupted", "Timeout"));
  }
  if (!std::holds_alternative<action::RemoveDb>(job_.action)) {
    if (auto ok = ensure_open(); !ok) return refuse(ok.error());
  }
  std::visit([&](const auto& action) { act(action); }, job_.action);
}

SqliteStatus Operation::ensure_open() {
  if (slot_.writer) return {};
  if (!creates(job_.action) && !slot_.exists()) {
    return std::unexpected(SqliteError::no_db(slot_.key));
  }
  if (services_.databases.make_room(slot_)) services_.limit_hit();
  if (auto ok = slot_.open(services_.old_directory, services_.random, preserve()); !ok) return ok;
  services_.opened();
  return {};
}

void Operation::answer(std::string_view body, std::optional<std::string> rows) {
  msg::BlobRef blob;
  if (rows) {
    auto out = std::make_shared<msg::Blob>();
    out->mime = "application/octet-stream";
    out->bytes = Bytes::copy(*rows);
    blob = std::move(out);
  }
  services_.answer(*job_.request, body, std::move(blob));
}

void Operation::answer(const SqliteStatus& status) {
  if (!status) return refuse(status.error());
  answer(encode_sqlite_ok());
}

void Operation::refuse(const SqliteError& error) {
  if (SqliteConnection::is_fatal(error)) damaged_ = true;
  services_.refuse(*job_.request, error);
}

SqliteResult<Parameters> Operation::parameters() const {
  if (!job_.request->blob) return Parameters{};
  return decode_parameters(job_.request->blob->bytes.view());
}

void Operation::act(const action::Open&) {
  if (!services_.grant(asker(), slot_)) return refuse(SqliteError::of(Kind::kAddCapFailed));
  answer(encode_sqlite_ok());
}

void Operation::act(const action::RemoveDb&) { answer(slot_.remove(preserve())); }

SqliteResult<std::string> Operation::rows_of(const action::Query& query) {
  const std::string word = first_word(query.statement);
  const Way way = way_of_query(word);
  if (way == Way::kRefused) return sqlite::refuse(Kind::kNotAReadKeyword);
  auto values = parameters();
  if (!values) return std::unexpected(std::move(values.error()));
  SqliteConnection* connection = slot_.writer.get();
  if (!job_.on_writer) {
    auto reader = slot_.reader(job_.reader.value_or(0));
    if (!reader) return std::unexpected(std::move(reader.error()));
    connection = *reader;
  }
  auto statement = connection->prepare(query.statement);
  if (!statement && way == Way::kUnknown && statement.error().cause == "Sql") {
    return sqlite::refuse(Kind::kNotAReadKeyword);
  }
  if (!statement) return std::unexpected(std::move(statement.error()));
  const bool reads = *statement != nullptr && sqlite3_stmt_readonly(*statement) != 0;
  const bool may_write = way == Way::kReadOrWrite && job_.on_writer;
  if (*statement == nullptr || (!reads && !may_write)) {
    return sqlite::refuse(Kind::kNotAReadKeyword);
  }
  auto rows = connection->run(*statement, word, *values,
                              query.columnar ? RowsForm::kColumns : RowsForm::kObjects, patience());
  if (!rows) return std::unexpected(std::move(rows.error()));
  return std::move(*rows).value_or(query.columnar ? R"({"columns":[],"rows":[]})" : "[]");
}

void Operation::act(const action::Query& query) {
  auto rows = rows_of(query);
  if (!rows) return refuse(rows.error());
  answer(encode_sqlite_read(), std::move(*rows));
}

SqliteResult<std::optional<std::string>> Operation::write_now(const std::string& sql,
                                                              const Parameters& values) {
  auto statement = slot_.writer->prepare(sql);
  if (!statement) return std::unexpected(write_error(sql, std::move(statement.error())));
  if (auto ok = check_write(*statement, sql); !ok) return std::unexpected(std::move(ok.error()));
  return slot_.writer->run(*statement, first_word(sql), values, RowsForm::kObjects, patience());
}

SqliteStatus Operation::queue(const action::Write& write, Parameters values) {
  // What is missing may be made by a statement before it; everything else is said at once (Q17).
  auto statement = slot_.writer->prepare(write.statement);
  if (!statement) {
    SqliteError error = write_error(write.statement, std::move(statement.error()));
    if (!error.text.starts_with("no such ")) return std::unexpected(std::move(error));
  } else if (auto ok = check_write(*statement, write.statement); !ok) {
    return ok;
  }
  return slot_.transactions->add(*write.tx_id, asker(), {write.statement, std::move(values)},
                                 now());
}

void Operation::act(const action::Write& write) {
  if (way_of_write(first_word(write.statement)) == Way::kRefused) {
    return refuse(SqliteError::of(Kind::kNotAWriteKeyword));
  }
  auto values = parameters();
  if (!values) return refuse(values.error());
  if (write.tx_id) {
    // Before anything else: a transaction that is not there is not made (Q17).
    if (auto tx = slot_.transactions->find(*write.tx_id, asker(), now()); !tx) {
      return refuse(tx.error());
    }
    return answer(queue(write, std::move(*values)));
  }
  auto rows = write_now(write.statement, *values);
  if (!rows) return refuse(rows.error());
  answer(encode_sqlite_ok(), std::move(*rows));
}

void Operation::act(const action::BeginTx&) {
  auto id = slot_.transactions->begin(asker(), now());
  if (!id) return refuse(id.error());
  answer(encode_sqlite_begin_tx(*id));
}

SqliteStatus Operation::commit_all(const std::vector<Transactions::Statement>& statements) {
  if (auto ok = slot_.writer->execute("BEGIN IMMEDIATE"); !ok) return ok;
  SqliteStatus done;
  for (std::size_t i = 0; i < statements.size() && done; ++i) {
    auto rows = write_now(statements[i].sql, statements[i].parameters);
    if (rows) continue;
    rows.error().statement = i;
    done = std::unexpected(std::move(rows.error()));
  }
  if (done) done = slot_.writer->execute("COMMIT");
  if (!done && slot_.writer->in_transaction()) {
    // A connection that cannot even roll back is closed, which does.
    if (!slot_.writer->execute("ROLLBACK")) damaged_ = true;
  }
  return done;
}

void Operation::act(const action::Commit& commit) {
  auto statements = slot_.transactions->find(commit.tx_id, asker(), now());
  if (!statements) return refuse(statements.error());
  const SqliteStatus done = commit_all(**statements);
  // What can succeed later may be committed again; nothing else can.
  if (done || !is_passing(done.error())) slot_.transactions->end(commit.tx_id);
  answer(done);
}

void Operation::act(const action::Backup&) {
  const auto pass = store::pass(slot_.gate);
  answer(slot_.writer->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
}

void Operation::act(const action::Abort& abort) {
  if (auto tx = slot_.transactions->find(abort.tx_id, asker(), now()); !tx) {
    return refuse(tx.error());
  }
  slot_.transactions->end(abort.tx_id);
  answer(encode_sqlite_ok());
}

}  // namespace kinode::sqlite
