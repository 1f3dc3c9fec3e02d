// Statements that wait for the commit of their transaction (io.md 10.7).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "modules/sqlite/sqlite_values.h"
#include "msg/address.h"

namespace kinode::sqlite {

/// Of one database. As in the original nothing of a transaction happens before its commit, so the
/// writer is never held for somebody who thinks; a transaction belongs to the process that began
/// it, and for everybody else it is not there (S20). Thread: whoever has the writer's turn.
class Transactions {
 public:
  struct Statement {
    std::string sql;
    Parameters parameters;
  };

  explicit Transactions(Random& random) : random_(random) {}

  /// Errors: the process has limits::kTransactionsPerProcessMax open here.
  SqliteResult<std::uint64_t> begin(const msg::ProcessId& owner, Instant now);

  /// The statements so far. Errors: NoTx.
  SqliteResult<std::vector<Statement>*> find(std::uint64_t id, const msg::ProcessId& owner,
                                             Instant now);

  /// Errors: NoTx; more than limits::kTransactionBytesMax in all, then it is aborted.
  SqliteStatus add(std::uint64_t id, const msg::ProcessId& owner, Statement statement, Instant now);
  void end(std::uint64_t id) { open_.erase(id); }

  void abort_all_of(const msg::ProcessId& owner);
  void abort_unused_since(Instant since);
  bool empty() const { return open_.empty(); }

 private:
  struct Open {
    msg::ProcessId owner;
    std::vector<Statement> statements;
    std::size_t bytes = 0;
    Instant last_used;
  };

  Random& random_;
  std::map<std::uint64_t, Open> open_;
};

}  // namespace kinode::sqlite
