// What one asks the SQL module and what it answers, as JSON (io.md 10.2, 10.8; additions of ours
// are marked). Parameters and rows travel as blobs: sqlite_values.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/bytes.h"
#include "base/error.h"
#include "msg/database_key.h"

namespace kinode::sqlite {

namespace action {
struct Open {
  bool operator==(const Open&) const = default;
};
struct RemoveDb {
  bool operator==(const RemoveDb&) const = default;
};
struct Write {
  std::string statement;
  std::optional<std::uint64_t> tx_id;
  bool operator==(const Write&) const = default;
};
/// `{"Query":"SELECT .."}`; `{"Read":{"query":".."}}` of Kinode 0.9 is read as this.
struct Query {
  std::string statement;
  /// Ours, `{"QueryColumns":".."}`: rows as lists, columns in their order, values with their types.
  bool columnar = false;
  bool operator==(const Query&) const = default;
};
struct BeginTx {
  bool operator==(const BeginTx&) const = default;
};
struct Commit {
  std::uint64_t tx_id = 0;
  bool operator==(const Commit&) const = default;
};
/// Kinode 0.9: the write-ahead log is brought into the file.
struct Backup {
  bool operator==(const Backup&) const = default;
};
/// Ours: ends a transaction without effect.
struct Abort {
  std::uint64_t tx_id = 0;
  bool operator==(const Abort&) const = default;
};
}  // namespace action

using SqliteAction = std::variant<action::Open, action::RemoveDb, action::Write, action::Query,
                                  action::BeginTx, action::Commit, action::Backup, action::Abort>;

struct SqliteRequest {
  msg::DatabaseKey database;
  SqliteAction action;
  bool operator==(const SqliteRequest&) const = default;
};

/// The error names the field and what was expected.
Result<SqliteRequest> decode_sqlite_request(ByteView body);
std::string encode_sqlite_request(const SqliteRequest& request);

struct SqliteError {
  enum class Kind : std::uint8_t {
    kNoDb,  // database
    kNoTx,  // tx_id
    kNoWriteCap,
    kNoReadCap,
    kMismatchingPackageId,
    kAddCapFailed,
    kNotAWriteKeyword,
    kNotAReadKeyword,
    kInvalidParameters,
    kMalformedRequest,
    kRusqlite,  // text
    kIo,        // text
  };
  Kind kind = Kind::kMalformedRequest;
  msg::DatabaseKey database;
  std::uint64_t tx_id = 0;
  std::string text;
  /// What the text means, in one stable word such as "Constraint" (io.md 14.4, Q20); the engine's
  /// and the disk's errors have one.
  std::string cause;
  /// Which statement of a transaction failed, from 0 (Q17).
  std::optional<std::size_t> statement;

  static SqliteError of(Kind kind) { return {kind, {}, 0, {}, {}, {}}; }
  static SqliteError no_db(msg::DatabaseKey key) {
    return {Kind::kNoDb, std::move(key), 0, {}, {}, {}};
  }
  static SqliteError no_tx(std::uint64_t id) { return {Kind::kNoTx, {}, id, {}, {}, {}}; }
  static SqliteError rusqlite(std::string text, std::string cause) {
    return {Kind::kRusqlite, {}, 0, std::move(text), std::move(cause), {}};
  }
  static SqliteError io(std::string text, std::string cause) {
    return {Kind::kIo, {}, 0, std::move(text), std::move(cause), {}};
  }
  bool operator==(const SqliteError&) const = default;
};

template <class T>
using SqliteResult = std::expected<T, SqliteError>;
using SqliteStatus = SqliteResult<void>;

inline std::unexpected<SqliteError> refuse(SqliteError::Kind kind) {
  return std::unexpected(SqliteError::of(kind));
}

/// `"Ok"`
std::string encode_sqlite_ok();
/// `"Read"`; the rows are the blob.
std::string encode_sqlite_read();
/// `{"BeginTx":{"tx_id":9}}`
std::string encode_sqlite_begin_tx(std::uint64_t tx_id);
/// `{"Err":"NotAReadKeyword"}`
std::string encode_sqlite_error(const SqliteError& error);

/// Ours: `{"kind":"Constraint","statement":2}`, the blob beside an error that has a cause. Empty:
/// there is none.
std::string encode_sqlite_cause(const SqliteError& error);

}  // namespace kinode::sqlite
