// What one asks the key-value store and what it answers, as JSON (io.md 9.2, 9.3; additions of ours
// are marked). Values travel as blobs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "msg/database_key.h"

namespace kinode::kv {

namespace action {
struct Open {
  bool operator==(const Open&) const = default;
};
struct RemoveDb {
  bool operator==(const RemoveDb&) const = default;
};
struct Set {
  Bytes key;
  std::optional<std::uint64_t> tx_id;
  bool operator==(const Set&) const = default;
};
struct Delete {
  Bytes key;
  std::optional<std::uint64_t> tx_id;
  bool operator==(const Delete&) const = default;
};
struct Get {
  Bytes key;
  bool old_form = false;  // `{"Get":{"key":..}}` of Kinode 0.9, answered alike (io.md 13.1)
  bool operator==(const Get&) const = default;
};
struct BeginTx {
  bool operator==(const BeginTx&) const = default;
};
struct Commit {
  std::uint64_t tx_id = 0;
  bool operator==(const Commit&) const = default;
};
/// Kinode 0.9: what is written survives the end of the machine.
struct Backup {
  bool operator==(const Backup&) const = default;
};

// --- ours ---
/// Ends a transaction without effect.
struct Abort {
  std::uint64_t tx_id = 0;
  bool operator==(const Abort&) const = default;
};
/// Reads as the transaction sees it; the commit fails if somebody else has written the key since.
struct GetForUpdate {
  Bytes key;
  std::uint64_t tx_id = 0;
  bool operator==(const GetForUpdate&) const = default;
};
struct GetMany {
  std::vector<Bytes> keys;
  bool operator==(const GetMany&) const = default;
};
/// Pairs in order of key, bytewise. `after` is the `next` of the answer before.
struct Scan {
  Bytes prefix;
  std::optional<Bytes> from;   // the first key, or downwards the last; it is among the answers
  std::optional<Bytes> after;  // not among the answers
  bool reverse = false;
  std::uint32_t limit = 100;
  bool keys_only = false;
  bool operator==(const Scan&) const = default;
};
/// Writes the blob, or without one removes the key, if the value is `expected` (none: absent).
struct CompareAndSet {
  Bytes key;
  std::optional<Bytes> expected;
  bool operator==(const CompareAndSet&) const = default;
};
}  // namespace action

using KvAction =
    std::variant<action::Open, action::RemoveDb, action::Set, action::Delete, action::Get,
                 action::BeginTx, action::Commit, action::Backup, action::Abort,
                 action::GetForUpdate, action::GetMany, action::Scan, action::CompareAndSet>;

struct KvRequest {
  msg::DatabaseKey database;
  KvAction action;
  bool operator==(const KvRequest&) const = default;
};

/// The error names the field and what was expected.
Result<KvRequest> decode_kv_request(ByteView body);
std::string encode_kv_request(const KvRequest& request);

struct KvError {
  enum class Kind : std::uint8_t {
    kNoDb,  // database
    kKeyNotFound,
    kNoTx,  // tx_id
    kNoWriteCap,
    kNoReadCap,
    kMismatchingPackageId,
    kAddCapFailed,
    kMalformedRequest,
    kRocksDb,  // text
    kIo,       // text
  };
  Kind kind = Kind::kMalformedRequest;
  msg::DatabaseKey database;
  std::uint64_t tx_id = 0;
  std::string text;
  /// What the text means, in one stable word such as "Conflict" (io.md 14.4, Q20); the engine's and
  /// the disk's errors have one.
  std::string cause;

  static KvError no_db(msg::DatabaseKey key) { return {Kind::kNoDb, std::move(key), 0, {}, {}}; }
  static KvError no_tx(std::uint64_t id) { return {Kind::kNoTx, {}, id, {}, {}}; }
  static KvError rocks_db(std::string text, std::string cause) {
    return {Kind::kRocksDb, {}, 0, std::move(text), std::move(cause)};
  }
  static KvError io(std::string text, std::string cause) {
    return {Kind::kIo, {}, 0, std::move(text), std::move(cause)};
  }
  bool operator==(const KvError&) const = default;
};

template <class T>
using KvResult = std::expected<T, KvError>;
using KvStatus = KvResult<void>;

/// `"Ok"`
std::string encode_kv_ok();
/// `{"Get":[1,2]}`, or in the old form `{"Get":{"key":[1,2]}}`
std::string encode_kv_get(ByteView key, bool old_form = false);
/// `{"BeginTx":{"tx_id":123}}`
std::string encode_kv_begin_tx(std::uint64_t tx_id);
/// `{"Err":"KeyNotFound"}`
std::string encode_kv_error(const KvError& error);

// --- ours ---
/// `{"GetMany":{"found":2}}`; the blob is a JSON list of values and nulls, in the order of the
/// keys.
std::string encode_kv_get_many(std::size_t found);
/// `{"Scan":{"next":[1,2]}}` while there is more, `{"Scan":{"next":null}}` at the end; the blob is
/// a JSON list of `[key,value]`, or of keys.
std::string encode_kv_scan(const std::optional<Bytes>& next);
/// `{"CompareAndSet":{"done":false}}`; then the blob is the value that is there, if any.
std::string encode_kv_compare_and_set(bool done);

}  // namespace kinode::kv
