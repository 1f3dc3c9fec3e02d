// What key-value and SQL databases have in common: whose they are, and transactions (io.md 9, 10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "kinode/bytes.h"
#include "kinode/error.h"
#include "kinode/ids.h"

namespace kinode {

/// How long a module may take to answer, if nothing else is said.
inline constexpr uint64_t kAnswerSeconds = 5;

struct DatabaseOptions {
  std::optional<PackageId> package = {};  // whose database it is; ours, if none
  uint64_t seconds = kAnswerSeconds;      // how long each answer may take
};

namespace detail {

class Answer;

/// How one database is addressed. Copying it opens nothing.
class DatabaseRef {
 public:
  DatabaseRef(ProcessIdView module, std::string_view name, const DatabaseOptions& options);

  /// Sends one action, as JSON, and waits. `addition`: its name, if Kinode 1.0 does not know it.
  Result<Answer> ask(std::string_view action, std::optional<BytesArg> blob = {},
                     std::string_view addition = {}) const;
  /// The same for an action that is answered with "Ok".
  Status act(std::string_view action, std::optional<BytesArg> blob = {},
             std::string_view addition = {}) const;
  Result<uint64_t> begin() const;

 private:
  ProcessIdView module_;
  std::string head_;  // the request's JSON up to the action
  Status name_ok_;
  uint64_t seconds_;
};

/// An open transaction. Going away does nothing: what was neither committed nor aborted has no
/// effect, and ends on the node with this process or after some idle time.
class [[nodiscard]] Transaction {
 public:
  Transaction(Transaction&& other) noexcept
      : database_(std::move(other.database_)), id_(other.id_) {
    open_ = std::exchange(other.open_, false);
  }
  Transaction& operator=(Transaction&& other) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() = default;

  /// Makes all of it happen, or nothing. It has ended then, whatever the result. Errors: kConflict
  /// (do it again from the start), kTimeout (whether it happened is not known).
  Status commit();
  /// Ends it without effect. A node of Kinode 1.0 cannot (kUnsupported): there it stays open
  /// without effect.
  Status abort();

  bool is_open() const { return open_; }

 protected:
  Transaction(DatabaseRef database, uint64_t id) : database_(std::move(database)), id_(id) {}
  /// Errors: it has ended.
  Status check_open() const;
  const DatabaseRef& database() const { return database_; }
  /// As JSON.
  std::string id() const { return std::to_string(id_); }

 private:
  DatabaseRef database_;
  uint64_t id_;
  bool open_ = true;
};

/// What is left to do when the scope of a transaction ends with `result`.
Status end_scope(Transaction& transaction, Status result);

}  // namespace detail
}  // namespace kinode
