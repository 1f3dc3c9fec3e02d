// What a durable write costs over a raw put into the same database.
#include <../tests/support/scratch.h>
#include <benchmark/benchmark.h>
#include <filesystem>
#include <fmt/format.h>
#include <rocksdb/db.h>

#include "store/process_store.h"
#include "store/rocks_kv.h"
#include "store/state_store.h"

namespace kinode::store {
namespace {

constexpr std::size_t kValueBytes = 1024;
constexpr int kProcesses = 1000;

std::vector<msg::ProcessId> processes() {
  std::vector<msg::ProcessId> out;
  out.reserve(kProcesses);
  for (int i = 0; i < kProcesses; ++i) out.push_back({fmt::format("process-{}", i), "k", "sys"});
  return out;
}

/// The floor: RocksDB as it comes.
void raw_put_1kb(benchmark::State& state) {
  const support::Scratch directory;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, directory / "kv", &raw).ok()) {
    return state.SkipWithError("cannot open a database");
  }
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::vector<std::string> keys;
  for (const auto& id : processes()) keys.push_back(id.text());
  const std::string value(kValueBytes, 'v');
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(db->Put(rocksdb::WriteOptions(), keys[i++ % keys.size()], value));
  }
}
BENCHMARK(raw_put_1kb);

/// As the kernel does it: at once, or by waiting when the store has to catch up (the counter says
/// how often).
void try_set_1kb(benchmark::State& state) {
  const support::Scratch directory;
  const auto kv = open_rocks_kv(directory / "kv");
  if (!kv) return state.SkipWithError(kv.error().detail.c_str());
  StateStore store(**kv, Durability::kProcess);
  const auto ids = processes();
  const ByteVector value(kValueBytes, 'v');
  std::size_t i = 0;
  std::size_t waited = 0;
  for (auto _ : state) {
    const msg::ProcessId& id = ids[i++ % ids.size()];
    if (store.try_set(id, value)) continue;
    ++waited;
    if (!store.set(id, value)) return state.SkipWithError("a state was not written");
  }
  state.counters["waited"] = static_cast<double>(waited);
}
BENCHMARK(try_set_1kb);

void put_one_cap(benchmark::State& state) {
  const support::Scratch directory;
  const auto kv = open_rocks_kv(directory / "kv");
  if (!kv) return state.SkipWithError(kv.error().detail.c_str());
  ProcessStore store(**kv, Durability::kProcess);
  const auto ids = processes();
  const msg::SignedCapability cap{msg::messaging_cap({"a.os", {"p", "k", "sys"}}),
                                  Bytes::adopt(ByteVector(64))};
  std::size_t i = 0;
  for (auto _ : state) {
    if (!store.put_grants({{ids[i++ % ids.size()], cap}})) {
      return state.SkipWithError("a grant was not written");
    }
  }
}
BENCHMARK(put_one_cap);

}  // namespace
}  // namespace kinode::store
