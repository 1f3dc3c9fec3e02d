#include "modules/sqlite/sqlite_transactions.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/limits.h"

namespace kinode::sqlite {

namespace {

std::size_t bytes_of(const Transactions::Statement& statement) {
  std::size_t out = statement.sql.size() + sizeof statement;
  for (const SqlValue& value : statement.parameters) {
    out += sizeof value;
    if (const auto* text = std::get_if<Text>(&value)) out += text->text.size();
    if (const auto* blob = std::get_if<ByteVector>(&value)) out += blob->size();
  }
  return out;
}

}  // namespace

SqliteResult<std::uint64_t> Transactions::begin(const msg::ProcessId& owner, Instant now) {
  const auto mine =
      std::ranges::count_if(open_, [&](const auto& entry) { return entry.second.owner == owner; });
  if (static_cast<std::size_t>(mine) >= limits::kTransactionsPerProcessMax) {
    return std::unexpected(SqliteError::rusqlite(
        fmt::format("{} transactions are open here: commit or abort one first", mine),
        "Overloaded"));
  }
  std::uint64_t id = random_.next_u64();
  while (open_.contains(id)) id = random_.next_u64();
  open_.emplace(id, Open{owner, {}, 0, now});
  return id;
}

SqliteResult<std::vector<Transactions::Statement>*> Transactions::find(std::uint64_t id,
                                                                       const msg::ProcessId& owner,
                                                                       Instant now) {
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.owner != owner) {
    return std::unexpected(SqliteError::no_tx(id));
  }
  it->second.last_used = now;
  return &it->second.statements;
}

SqliteStatus Transactions::add(std::uint64_t id, const msg::ProcessId& owner, Statement statement,
                               Instant now) {
  auto statements = find(id, owner, now);
  if (!statements) return std::unexpected(std::move(statements.error()));
  Open& tx = open_.find(id)->second;
  tx.bytes += bytes_of(statement);
  if (tx.bytes > limits::kTransactionBytesMax) {
    open_.erase(id);
    return std::unexpected(SqliteError::rusqlite(
        fmt::format("the transaction is larger than {} bytes: commit smaller ones",
                    limits::kTransactionBytesMax),
        "Overloaded"));
  }
  (*statements)->push_back(std::move(statement));
  return {};
}

void Transactions::abort_all_of(const msg::ProcessId& owner) {
  std::erase_if(open_, [&](const auto& entry) { return entry.second.owner == owner; });
}

void Transactions::abort_unused_since(Instant since) {
  std::erase_if(open_, [&](const auto& entry) { return entry.second.last_used < since; });
}

}  // namespace kinode::sqlite
