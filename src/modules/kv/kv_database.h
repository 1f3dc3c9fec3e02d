// One open database (io.md 9.1).
#pragma once

#include <memory>
#include <optional>
#include <rocksdb/utilities/optimistic_transaction_db.h>
#include <rocksdb/write_batch.h>
#include <string>
#include <vector>

#include "modules/kv/kv_engine.h"

namespace kinode::kv {

using KvValue = std::optional<Bytes>;  // none: there is no such key

/// Thread: one at a time; every function but find_cached may wait for the disk.
class KvDatabase {
 public:
  /// Opens or creates. Databases of RocksDB up to 8.10 open; their OPTIONS files are not read.
  /// `name` is what errors call it.
  static KvResult<std::unique_ptr<KvDatabase>> open(const KvEngine& engine, std::string directory,
                                                    std::string name);

  /// Whether a database is there, without opening it.
  static bool exists(const std::string& directory);

  KvResult<KvValue> get(ByteView key) const;

  /// What is known without the disk. None: it has to be asked.
  std::optional<KvValue> find_cached(ByteView key) const;

  /// Values in the order of the keys, at most limits::kKvPageBytesMax in all.
  KvResult<std::vector<KvValue>> get_many(const std::vector<Bytes>& keys) const;

  struct Page {
    std::vector<std::pair<Bytes, Bytes>> pairs;
    std::optional<Bytes> next;  // the last key, when there may be more behind it
  };
  /// Bounded by the request, by limits::kKvPageCountMax and limits::kKvPageBytesMax.
  KvResult<Page> scan(const action::Scan& scan) const;

  /// All of it or nothing, as durable as the engine says.
  KvStatus write(rocksdb::WriteBatch& batch);

  /// Everything written survives the end of the machine.
  KvStatus sync();

  /// After a write has failed the engine takes no more: the database has to be opened again.
  bool failed() const { return failed_; }

  /// For transactions, which report here what became of their commit.
  rocksdb::OptimisticTransactionDB& rocks() { return *db_; }
  const KvEngine& engine() const { return engine_; }
  KvStatus written(const rocksdb::Status& status);
  KvError error(const rocksdb::Status& status) const { return kv_error(status, directory_, name_); }

 private:
  KvDatabase(const KvEngine& engine, std::unique_ptr<rocksdb::OptimisticTransactionDB> db,
             std::string directory, std::string name)
      : engine_(engine),
        directory_(std::move(directory)),
        name_(std::move(name)),
        db_(std::move(db)) {}

  const KvEngine& engine_;
  const std::string directory_;
  const std::string name_;
  std::unique_ptr<rocksdb::OptimisticTransactionDB> db_;
  bool failed_ = false;
};

/// RocksDB compares also nothing with memcmp, which takes no null.
inline rocksdb::Slice slice(ByteView bytes) {
  if (bytes.empty()) return {};
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline ByteView bytes_of(const rocksdb::Slice& s) {
  return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}

}  // namespace kinode::kv
