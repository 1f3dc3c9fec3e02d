#include "modules/kv/kv_transactions.h"

#include <algorithm>
#include <fmt/format.h>
#include <rocksdb/utilities/write_batch_with_index.h>

#include "base/limits.h"

namespace kinode::kv {

KvResult<std::uint64_t> KvTransactions::begin(const msg::ProcessId& owner, Instant now) {
  const auto mine =
      std::ranges::count_if(open_, [&](const auto& entry) { return entry.second.owner == owner; });
  if (static_cast<std::size_t>(mine) >= limits::kTransactionsPerProcessMax) {
    return std::unexpected(KvError::rocks_db(
        fmt::format("{} transactions are open here: commit or abort one first", mine),
        "Overloaded"));
  }
  std::uint64_t id = random_.next_u64();
  while (open_.contains(id)) id = random_.next_u64();
  rocksdb::OptimisticTransactionOptions options;
  options.set_snapshot = true;
  std::unique_ptr<rocksdb::Transaction> rocks(
      db_.rocks().BeginTransaction(db_.engine().write_options(), options));
  open_.emplace(id, Open{owner, std::move(rocks), now});
  return id;
}

KvResult<KvTransactions::Open*> KvTransactions::find(std::uint64_t id, const msg::ProcessId& owner,
                                                     Instant now) {
  const auto it = open_.find(id);
  if (it == open_.end() || it->second.owner != owner) return std::unexpected(KvError::no_tx(id));
  it->second.last_used = now;
  return &it->second;
}

KvStatus KvTransactions::changed(const Open& tx, const rocksdb::Status& status) const {
  if (!status.ok()) return std::unexpected(db_.error(status));
  if (tx.rocks->GetWriteBatch()->GetDataSize() > limits::kTransactionBytesMax) {
    return std::unexpected(KvError::rocks_db(
        fmt::format("the transaction is larger than {} bytes: commit smaller ones",
                    limits::kTransactionBytesMax),
        "Overloaded"));
  }
  return {};
}

KvStatus KvTransactions::set(std::uint64_t id, const msg::ProcessId& owner, ByteView key,
                             ByteView value, Instant now) {
  auto tx = find(id, owner, now);
  if (!tx) return std::unexpected(std::move(tx.error()));
  auto done = changed(**tx, (*tx)->rocks->Put(slice(key), slice(value)));
  if (!done && done.error().cause == "Overloaded") open_.erase(id);
  return done;
}

KvStatus KvTransactions::erase(std::uint64_t id, const msg::ProcessId& owner, ByteView key,
                               Instant now) {
  auto tx = find(id, owner, now);
  if (!tx) return std::unexpected(std::move(tx.error()));
  auto done = changed(**tx, (*tx)->rocks->Delete(slice(key)));
  if (!done && done.error().cause == "Overloaded") open_.erase(id);
  return done;
}

KvResult<KvValue> KvTransactions::get_for_update(std::uint64_t id, const msg::ProcessId& owner,
                                                 ByteView key, Instant now) {
  auto tx = find(id, owner, now);
  if (!tx) return std::unexpected(std::move(tx.error()));
  rocksdb::ReadOptions options;
  options.snapshot = (*tx)->rocks->GetSnapshot();
  std::string value;
  const auto status = (*tx)->rocks->GetForUpdate(options, slice(key), &value);
  if (status.IsNotFound()) return KvValue();
  if (!status.ok()) return std::unexpected(db_.error(status));
  return KvValue(Bytes::copy(value));
}

KvStatus KvTransactions::commit(std::uint64_t id, const msg::ProcessId& owner) {
  auto tx = find(id, owner, {});
  if (!tx) return std::unexpected(std::move(tx.error()));
  KvStatus done;
  {
    const auto pass = db_.engine().pass();
    done = db_.written((*tx)->rocks->Commit());
  }
  open_.erase(id);
  return done;
}

KvStatus KvTransactions::abort(std::uint64_t id, const msg::ProcessId& owner) {
  if (auto tx = find(id, owner, {}); !tx) return std::unexpected(std::move(tx.error()));
  open_.erase(id);
  return {};
}

void KvTransactions::abort_all_of(const msg::ProcessId& owner) {
  std::erase_if(open_, [&](const auto& entry) { return entry.second.owner == owner; });
}

void KvTransactions::abort_unused_since(Instant since) {
  std::erase_if(open_, [&](const auto& entry) { return entry.second.last_used < since; });
}

}  // namespace kinode::kv
