// Key-value databases (kv:distro:sys, io.md 9): bytes to bytes, in the order of the keys.
//
//   auto db = kv::Database::open("birthdays");            // Result<kv::Database>
//   if (!db) return print("no database: ", db.error().sentence);
//   db->set("ann", "1990-02-03");                         // Status: look at it
//   const auto day = db->find("ann");                     // Result<std::optional<Blob>>
//   db->scan({.prefix = "a"}, [](std::string_view name, std::string_view day) { ... });
//   db->transaction([](kv::Transaction& tx) -> Status {
//     if (auto set = tx.set("bob", "1991-01-01"); !set) return set;
//     return tx.commit();
//   });
//
// The manifest has to name kv:distro:sys in request_capabilities, and in grant_capabilities unless
// the process is public. Typed keys and values: <kinode/kv_map.h>. What is marked as an addition
// gives kUnsupported on a node of Kinode 1.0.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kinode/blob.h"
#include "kinode/database.h"

namespace kinode::kv {

using Options = DatabaseOptions;

/// One step of Database::write(): sets the key, or without a value removes it.
struct Change {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// Which pairs, and in which order.
struct Range {
  std::string_view prefix = {};
  std::optional<std::string_view> from = {};   // the first key; downwards the last; included
  std::optional<std::string_view> after = {};  // not included: the `next` of a page
  bool reverse = false;
  uint32_t page = 100;     // pairs that one message brings, at most 10,000
  bool keys_only = false;  // values are empty then
};

struct Pair {
  std::string key;
  std::string value;
  bool operator==(const Pair&) const = default;
};

struct Page {
  std::vector<Pair> pairs;
  std::optional<std::string> next;  // none: these were the last
};

struct Swapped {
  bool done = false;
  std::optional<Blob> found = {};  // what stands there instead; none: nothing
};

/// An open transaction of a key-value database. Reads of the Database do not see it before its
/// commit.
class Transaction : public kinode::detail::Transaction {
 public:
  Status set(std::string_view key, BytesArg value);
  Status erase(std::string_view key);
  /// Addition: reads as this transaction sees it; the commit is a kConflict if somebody else has
  /// written the key since. None: there is no such key.
  Result<std::optional<Blob>> find_for_update(std::string_view key);

 private:
  friend class Database;
  using kinode::detail::Transaction::Transaction;
};

/// One database. It is a name: copies are the same database, and nothing has to be closed.
class Database {
 public:
  /// Opens it, and creates it if it is not there; gives this process the rights to read and write
  /// it. Only for databases of the own package.
  static Result<Database> open(std::string_view name, const Options& options = {});
  /// One that was opened before, or to which somebody has given the right. Asks nothing.
  explicit Database(std::string_view name, const Options& options = {});

  /// The value, in the memory where the node put it. Errors: kNotFound.
  Result<Blob> get(std::string_view key) const;
  /// The same where a missing key is no error.
  Result<std::optional<Blob>> find(std::string_view key) const;
  /// Addition: several at once, in the order of the keys. At most 10,000 keys, and 4 MB of values.
  Result<std::vector<std::optional<std::string>>> get_many(
      std::span<const std::string_view> keys) const;

  Status set(std::string_view key, BytesArg value) const;
  /// Removes it; that there is none is no error.
  Status erase(std::string_view key) const;
  /// All of these changes or none, by a transaction.
  Status write(std::span<const Change> changes) const;

  /// Addition: writes `value` (none: removes the key) if what is there equals `expected` (none:
  /// there is nothing).
  Result<Swapped> compare_and_set(std::string_view key, std::optional<std::string_view> expected,
                                  std::optional<BytesArg> value) const;

  /// Addition: one page of pairs; the next one is that `after` its `next`.
  Result<Page> scan_page(const Range& range) const;
  /// Addition: calls `each(key, value)` for each pair until the end, or until it returns false; its
  /// views hold during the call. Pages are fetched as they are needed, so what others write
  /// meanwhile may or may not be seen.
  template <class Each>
  Status scan(const Range& range, Each&& each) const {
    using Function = std::remove_reference_t<Each>;
    return scan_with(
        range,
        [](void* to, std::string_view key, std::string_view value) {
          auto& call = *static_cast<Function*>(to);
          if constexpr (std::is_void_v<decltype(call(key, value))>) {
            return call(key, value), true;
          } else {
            return bool(call(key, value));
          }
        },
        const_cast<std::remove_const_t<Function>*>(std::addressof(each)));
  }

  Result<Transaction> begin() const;
  /// A transaction as a scope: `body(Transaction&)` gives a Status, and commits by itself, usually
  /// as its last step. If it returns without, the transaction is aborted; returning success without
  /// commit or abort is kInvalid, so that a forgotten commit does not go unseen.
  template <class Body>
  Status transaction(Body&& body) const {
    auto transaction = begin();
    if (!transaction) return std::unexpected(std::move(transaction.error()));
    return kinode::detail::end_scope(*transaction, body(*transaction));
  }

  /// What was written so far survives the end of the machine, too. Kinode 0.9 and this node.
  Status sync() const;

 private:
  explicit Database(kinode::detail::DatabaseRef ref) : ref_(std::move(ref)) {}
  Status scan_with(Range range, bool (*each)(void*, std::string_view, std::string_view),
                   void* to) const;

  kinode::detail::DatabaseRef ref_;
};

/// Removes a database of the own package with all that is in it.
Status remove(std::string_view name, const Options& options = {});

}  // namespace kinode::kv
