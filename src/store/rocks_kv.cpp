#include "store/rocks_kv.h"

#include <atomic>
#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>

#include "store/rocks_log.h"

namespace kinode::store {

namespace {

rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }
rocksdb::Slice slice(ByteView bytes) { return slice(as_text(bytes)); }
ByteView bytes_of(const rocksdb::Slice& s) {
  return as_bytes(std::string_view(s.data(), s.size()));
}

/// `name` is the directory, for the message.
Status check(const rocksdb::Status& status, const std::string& name) {
  if (status.ok()) return {};
  const std::string text = status.ToString();
  const auto says = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (status.IsIncomplete())
    return fail(Code::kOverloaded, "the store is catching up with its writes");
  if (status.IsNoSpace() || says("No space left")) {
    return fail(Code::kIo,
                fmt::format("the disk of {} is full: free some space and start again", name));
  }
  if (status.IsCorruption()) {
    return fail(Code::kCorrupt,
                fmt::format("the database in {} is damaged ({}): restore it from a backup, "
                            "or move the directory away to start without it",
                            name, text));
  }
  // Before the lock: without rights it is the lock file that cannot be opened.
  if (says("Permission denied")) {
    return fail(
        Code::kDenied,
        fmt::format("no rights to write in {}: run as its owner, or change its rights", name));
  }
  if (says("While lock file") || says("lock hold by current process")) {
    return fail(Code::kUnavailable,
                fmt::format("another node uses {}: stop it first, or choose another home", name));
  }
  return fail(Code::kIo, fmt::format("the database in {}: {}", name, text));
}

rocksdb::Options options(Log* log, rocksdb::Env* env) {
  rocksdb::Options o;
  if (env != nullptr) o.env = env;
  o.create_if_missing = true;
  // A node holds little here and should be small when idle (the bar is 32 MB for all of it).
  o.write_buffer_size = 4u << 20;
  o.max_write_buffer_number = 3;
  o.max_open_files = 64;
  o.max_background_jobs = 2;
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.info_log = make_rocks_log(log);
  o.max_total_wal_size = 16u << 20;
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(2u << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

class RocksKv final : public LinkableKv {
 public:
  RocksKv(std::unique_ptr<rocksdb::DB> db, std::string name)
      : db_(std::move(db)), name_(std::move(name)) {}

  Result<std::optional<Bytes>> get(std::string_view key) const override {
    rocksdb::PinnableSlice value;
    const auto status =
        db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), slice(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (auto ok = check(status, name_); !ok) return std::unexpected(std::move(ok.error()));
    return Bytes::copy(bytes_of(value));
  }

  Status put(std::string_view key, ByteView value, Durability durability) override {
    return written(db_->Put(write_options(durability), slice(key), slice(value)));
  }

  Status try_put(std::string_view key, ByteView value) override {
    rocksdb::WriteOptions o;
    o.no_slowdown = true;
    return written(db_->Put(o, slice(key), slice(value)));
  }

  Status erase(std::string_view key, Durability durability) override {
    return written(db_->Delete(write_options(durability), slice(key)));
  }

  Status write(const WriteBatch& batch, Durability durability) override {
    rocksdb::WriteBatch rocks;
    for (const auto& operation : batch.operations) {
      const auto queued = operation.value
                              ? rocks.Put(slice(operation.key), slice(operation.value->view()))
                              : rocks.Delete(slice(operation.key));
      if (auto ok = check(queued, name_); !ok) return ok;
    }
    return written(db_->Write(write_options(durability), &rocks));
  }

  Status scan(std::string_view prefix, const Visit& visit) const override {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(slice(prefix)); it->Valid() && it->key().starts_with(slice(prefix)); it->Next()) {
      if (!visit({it->key().data(), it->key().size()}, bytes_of(it->value()))) break;
    }
    return check(it->status(), name_);
  }

  Status sync() override {
    // After a write of its log has failed, RocksDB asserts when it is to sync it.
    if (failed_.load()) {
      return fail(Code::kIo, fmt::format("not everything is on the disk of {}: a write failed; "
                                         "free some space and start again",
                                         name_));
    }
    return check(db_->SyncWAL(), name_);
  }

  Status checkpoint(const std::string& directory) override {
    rocksdb::Checkpoint* raw = nullptr;
    if (auto ok = check(rocksdb::Checkpoint::Create(db_.get(), &raw), name_); !ok) return ok;
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
    return check(checkpoint->CreateCheckpoint(directory), directory);
  }

  void link_tables(const std::string& into) override { store::link_tables(*db_, name_, into); }
  Result<std::vector<LinkedFile>> link_files(const std::string& into) override {
    return link_open_database(*db_, name_, into);
  }

 private:
  Status written(const rocksdb::Status& status) {
    if (status.IsIOError()) failed_.store(true);
    return check(status, name_);
  }

  static rocksdb::WriteOptions write_options(Durability durability) {
    rocksdb::WriteOptions o;
    o.sync = durability == Durability::kPower;
    return o;
  }

  std::unique_ptr<rocksdb::DB> db_;
  std::string name_;
  std::atomic<bool> failed_{false};
};

}  // namespace

Result<std::unique_ptr<LinkableKv>> open_rocks_kv(const std::string& directory, Log* log,
                                                  rocksdb::Env* env) {
  rocksdb::DB* raw = nullptr;
  const auto status = rocksdb::DB::Open(options(log, env), directory, &raw);
  if (auto ok = check(status, directory); !ok) return std::unexpected(std::move(ok.error()));
  return std::make_unique<RocksKv>(std::unique_ptr<rocksdb::DB>(raw), directory);
}

}  // namespace kinode::store
