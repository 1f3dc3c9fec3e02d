#include "modules/kv/kv_engine.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include "base/limits.h"
#include "store/rocks_log.h"

namespace kinode::kv {

namespace {

struct Cause {
  std::string_view word;
  std::string_view advice;
};

Cause cause_of(const rocksdb::Status& status, std::string_view text) {
  const auto says = [&](std::string_view part) {
    return text.find(part) != std::string_view::npos;
  };
  if (status.IsBusy() || status.IsTryAgain()) {
    return {"Conflict", "somebody else has written a key of this transaction: do it again"};
  }
  if (status.IsNoSpace() || says("No space left")) {
    return {"DiskFull", "the disk is full: free some space"};
  }
  if (status.IsCorruption() || says("No such file or directory")) {
    return {"Corrupt", "the database is damaged: restore it from a backup, or remove it"};
  }
  if (says("Permission denied") || says("Read-only file system")) {
    return {"Denied", "the node may not write its home: run it as its owner, or change its rights"};
  }
  if (says("Too many open files")) {
    return {"Overloaded", "the node may not open more files: raise its limit"};
  }
  if (status.IsInvalidArgument()) return {"Invalid", ""};
  return {status.IsIOError() ? "Io" : "Internal", ""};
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace

KvEngine::KvEngine(Log* log, store::Durability durability, rocksdb::Env* env,
                   store::WriteGate* gate)
    : log_(store::make_rocks_log(log)),
      blocks_(rocksdb::NewLRUCache(limits::kKvBlockCacheBytes)),
      memtables_(std::make_shared<rocksdb::WriteBufferManager>(limits::kKvMemtablesBytesMax)),
      durability_(durability),
      env_(env),
      gate_(gate) {}

rocksdb::Options KvEngine::options() const {
  rocksdb::Options o;
  if (env_ != nullptr) o.env = env_;
  o.create_if_missing = true;
  o.write_buffer_size = limits::kKvMemtableBytes;
  o.write_buffer_manager = memtables_;
  // The least that RocksDB takes: ten tables stay open (limits::kKvDescriptorsPerDatabase).
  o.max_open_files = 20;
  o.max_file_opening_threads = 1;
  o.max_background_jobs = 2;
  o.stats_dump_period_sec = 0;
  o.stats_persist_period_sec = 0;
  o.max_total_wal_size = 4 * limits::kKvMemtableBytes;
  o.info_log = log_;
  // What a power cut tore off the end was not acknowledged as synced; a hole is damage.
  o.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = blocks_;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

rocksdb::WriteOptions KvEngine::write_options() const {
  rocksdb::WriteOptions o;
  o.sync = durability_ == store::Durability::kPower;
  return o;
}

KvError kv_error(const rocksdb::Status& status, const std::string& directory,
                 const std::string& name) {
  std::string text = status.ToString();
  const Cause cause = cause_of(status, text);
  replace_all(text, directory, name);
  if (!cause.advice.empty()) text.append(" (").append(cause.advice).append(")");
  return KvError::rocks_db(std::move(text), std::string(cause.word));
}

}  // namespace kinode::kv
