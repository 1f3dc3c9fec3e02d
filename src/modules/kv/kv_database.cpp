#include "modules/kv/kv_database.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

#include "base/limits.h"
#include "store/files.h"

namespace kinode::kv {

namespace fs = std::filesystem;

namespace {

/// The first key that is behind all keys with this prefix; none: there is none.
std::optional<std::string> behind(ByteView prefix) {
  std::string out(as_text(prefix));
  while (!out.empty() && static_cast<std::uint8_t>(out.back()) == 0xff) out.pop_back();
  if (out.empty()) return std::nullopt;
  out.back() = static_cast<char>(static_cast<std::uint8_t>(out.back()) + 1);
  return out;
}

/// Places an iterator on the first pair of a scan.
void place(rocksdb::Iterator& it, const action::Scan& scan) {
  const rocksdb::Slice prefix = slice(scan.prefix.view());
  // The nearer of the two starts that a request can name.
  std::optional<rocksdb::Slice> start;
  bool skip_equal = false;
  if (scan.from) start = slice(scan.from->view());
  if (scan.after) {
    const rocksdb::Slice after = slice(scan.after->view());
    const bool beyond =
        !start || (scan.reverse ? after.compare(*start) <= 0 : after.compare(*start) >= 0);
    if (beyond) {
      start = after;
      skip_equal = true;
    }
  }
  if (!scan.reverse) {
    it.Seek(start && start->compare(prefix) > 0 ? *start : prefix);
    if (skip_equal && it.Valid() && it.key() == *start) it.Next();
    return;
  }
  const auto end = behind(scan.prefix.view());
  if (start && (!end || start->compare(*end) < 0)) {
    it.SeekForPrev(*start);
    if (skip_equal && it.Valid() && it.key() == *start) it.Prev();
  } else if (end) {
    it.SeekForPrev(*end);
    if (it.Valid() && it.key() == rocksdb::Slice(*end)) it.Prev();
  } else {
    it.SeekToLast();
  }
}

}  // namespace

KvResult<std::unique_ptr<KvDatabase>> KvDatabase::open(const KvEngine& engine,
                                                       std::string directory, std::string name) {
  if (const auto error = store::make_directories(directory, engine.durability())) {
    return std::unexpected(
        KvError::io(fmt::format("cannot create {}: {}", name, error.message()), "Io"));
  }
  const rocksdb::Options options = engine.options();
  // One at a time is at work here: a table of locks for parallel commits would cost megabytes.
  rocksdb::OptimisticTransactionDBOptions transactions;
  transactions.validate_policy = rocksdb::OccValidationPolicy::kValidateSerial;
  transactions.occ_lock_buckets = 1;
  std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions(options)}};
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::OptimisticTransactionDB* raw = nullptr;
  const auto status = rocksdb::OptimisticTransactionDB::Open(
      rocksdb::DBOptions(options), transactions, directory, families, &handles, &raw);
  if (!status.ok()) return std::unexpected(kv_error(status, directory, name));
  std::unique_ptr<rocksdb::OptimisticTransactionDB> db(raw);
  for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return std::unique_ptr<KvDatabase>(
      new KvDatabase(engine, std::move(db), std::move(directory), std::move(name)));
}

bool KvDatabase::exists(const std::string& directory) {
  std::error_code error;
  return fs::exists(directory + "/CURRENT", error);
}

KvResult<KvValue> KvDatabase::get(ByteView key) const {
  rocksdb::PinnableSlice value;
  const auto status =
      db_->Get(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), slice(key), &value);
  if (status.IsNotFound()) return KvValue();
  if (!status.ok()) return std::unexpected(error(status));
  return KvValue(Bytes::copy(bytes_of(value)));
}

std::optional<KvValue> KvDatabase::find_cached(ByteView key) const {
  rocksdb::ReadOptions options;
  options.read_tier = rocksdb::kBlockCacheTier;
  rocksdb::PinnableSlice value;
  const auto status = db_->Get(options, db_->DefaultColumnFamily(), slice(key), &value);
  if (status.IsNotFound()) return KvValue();
  if (!status.ok()) return std::nullopt;
  return KvValue(Bytes::copy(bytes_of(value)));
}

KvResult<std::vector<KvValue>> KvDatabase::get_many(const std::vector<Bytes>& keys) const {
  std::vector<KvValue> out;
  out.reserve(keys.size());
  std::size_t bytes = 0;
  for (const Bytes& key : keys) {
    auto value = get(key.view());
    if (!value) return std::unexpected(std::move(value.error()));
    if (*value) bytes += (*value)->size();
    if (bytes > limits::kKvPageBytesMax) {
      return std::unexpected(KvError::rocks_db(
          fmt::format("more than {} bytes: ask for fewer keys at once", limits::kKvPageBytesMax),
          "Overloaded"));
    }
    out.push_back(std::move(*value));
  }
  return out;
}

KvResult<KvDatabase::Page> KvDatabase::scan(const action::Scan& scan) const {
  const std::size_t count_max = std::min<std::size_t>(scan.limit, limits::kKvPageCountMax);
  Page page;
  std::size_t bytes = 0;
  const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (place(*it, scan); it->Valid() && it->key().starts_with(slice(scan.prefix.view()));
       scan.reverse ? it->Prev() : it->Next()) {
    const std::size_t size = it->key().size() + (scan.keys_only ? 0 : it->value().size());
    const bool full = page.pairs.size() >= count_max ||
                      (!page.pairs.empty() && bytes + size > limits::kKvPageBytesMax);
    if (full) {
      if (!page.pairs.empty()) page.next = page.pairs.back().first;
      break;
    }
    bytes += size;
    page.pairs.emplace_back(Bytes::copy(bytes_of(it->key())),
                            scan.keys_only ? Bytes() : Bytes::copy(bytes_of(it->value())));
  }
  if (!it->status().ok()) return std::unexpected(error(it->status()));
  return page;
}

KvStatus KvDatabase::written(const rocksdb::Status& status) {
  if (status.ok()) return {};
  if (status.IsIOError() || status.IsCorruption() || status.IsNoSpace()) failed_ = true;
  return std::unexpected(error(status));
}

KvStatus KvDatabase::write(rocksdb::WriteBatch& batch) {
  const auto pass = engine_.pass();
  return written(db_->Write(engine_.write_options(), &batch));
}

KvStatus KvDatabase::sync() {
  // After a write of its log has failed, RocksDB asserts when it is to sync it.
  if (failed_) {
    return std::unexpected(
        KvError::rocks_db("not everything is on the disk: a write has failed", "Io"));
  }
  return written(db_->SyncWAL());
}

}  // namespace kinode::kv
