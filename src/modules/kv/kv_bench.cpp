// What the key-value store costs over RocksDB itself, measured in the same run.
#include <../tests/support/scratch.h>
#include <../tests/support/thread_port.h>
#include <benchmark/benchmark.h>
#include <ctime>
#include <fmt/format.h>
#include <rocksdb/db.h>

#include "modules/kv/kv_engine.h"
#include "modules/kv/kv_module.h"

namespace kinode::kv {
namespace {

constexpr std::uint32_t kOpen = 64;
constexpr int kKeys = 10'000;

/// CPU of this process, all threads.
double cpu_us() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}
double wall_us() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

class Rig {
 public:
  explicit Rig(store::Durability durability) : module(KvConfig{home / "kv", durability}) {
    module.start(port).value();
    ask(R"("Open")", nullptr, 1);
    port.finish();
    auto value = std::make_shared<msg::Blob>();
    value->bytes = Bytes::copy(std::string(100, 'v'));
    blob = value;
    for (int i = 0; i < kKeys; ++i) {
      const std::string key = fmt::format("[107,{},{}]", i / 256, i % 256);
      sets.push_back(request(fmt::format(R"({{"Set":{{"key":{},"tx_id":null}}}})", key)));
      gets.push_back(request(fmt::format(R"({{"Get":{}}})", key)));
    }
  }
  ~Rig() {
    port.finish();
    module.stop();
    port.executor().stop();
  }

  static std::string request(std::string_view action) {
    return fmt::format(
        R"({{"package_id":{{"package_name":"p","publisher_node":"n"}},"db":"b","action":{}}})",
        action);
  }
  void ask(std::string_view action, msg::BlobRef value, std::uint32_t open) {
    port.ask(module, from, to, request(action), std::move(value), open);
  }
  void set_all(int count, std::uint32_t open) {
    for (int i = 0; i < count; ++i) {
      port.ask(module, from, to, sets[static_cast<std::size_t>(i % kKeys)], blob, open);
    }
    port.finish();
  }
  void get_all() {
    for (const auto& body : gets) port.ask(module, from, to, body, nullptr, kOpen);
    port.finish();
  }

  const support::Scratch home;
  support::ThreadPort port;
  KvModule module;
  const msg::AddressRef from = msg::share(msg::Address::parse("a.os@x:p:n").value());
  const msg::AddressRef to = msg::share(msg::Address::parse("a.os@kv:distro:sys").value());
  msg::BlobRef blob;
  std::vector<std::string> sets, gets;
};

/// The same options without a module.
class Raw {
 public:
  Raw() : engine(nullptr, store::Durability::kProcess) {
    rocksdb::DB* opened = nullptr;
    if (!rocksdb::DB::Open(engine.options(), home / "raw", &opened).ok()) std::abort();
    db.reset(opened);
  }
  static std::string key(int i) {
    return {'k', static_cast<char>(i / 256), static_cast<char>(i % 256)};
  }

  const support::Scratch home;
  KvEngine engine;
  std::unique_ptr<rocksdb::DB> db;
};

void kv_set_overhead_us(benchmark::State& state) {
  Rig rig(store::Durability::kProcess);
  const Raw raw;
  const std::string value(100, 'v');
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    double start = cpu_us();
    for (int i = 0; i < kKeys; ++i) raw.db->Put({}, Raw::key(i), value);
    theirs += cpu_us() - start;
    start = cpu_us();
    rig.set_all(kKeys, kOpen);
    ours += cpu_us() - start;
  }
  const double n = static_cast<double>(state.iterations()) * kKeys;
  state.counters["ours_us"] = ours / n;
  state.counters["raw_us"] = theirs / n;
  state.counters["overhead_us"] = (ours - theirs) / n;
}
BENCHMARK(kv_set_overhead_us)->Unit(benchmark::kMillisecond)->UseRealTime();

void kv_get_overhead_us(benchmark::State& state) {
  Rig rig(store::Durability::kProcess);
  const Raw raw;
  rig.set_all(kKeys, kOpen);
  const std::string value(100, 'v');
  for (int i = 0; i < kKeys; ++i) raw.db->Put({}, Raw::key(i), value);
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    std::string out;
    double start = cpu_us();
    for (int i = 0; i < kKeys; ++i) {
      raw.db->Get({}, Raw::key(i), &out);
      benchmark::DoNotOptimize(out);
    }
    theirs += cpu_us() - start;
    start = cpu_us();
    rig.get_all();
    ours += cpu_us() - start;
  }
  if (rig.port.errors() > 0) state.SkipWithError("a key is not there");
  const double n = static_cast<double>(state.iterations()) * kKeys;
  state.counters["ours_us"] = ours / n;
  state.counters["raw_us"] = theirs / n;
  state.counters["overhead_us"] = (ours - theirs) / n;
}
BENCHMARK(kv_get_overhead_us)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Synced writes per second of 64 writers against one.
void kv_group_commit_ratio(benchmark::State& state) {
  Rig rig(store::Durability::kPower);
  double alone = 0, together = 0;
  constexpr int kAlone = 50, kTogether = 64 * kAlone;
  for (auto _ : state) {
    double start = wall_us();
    rig.set_all(kAlone, 1);
    alone += wall_us() - start;
    start = wall_us();
    rig.set_all(kTogether, 64);
    together += wall_us() - start;
  }
  const double n = static_cast<double>(state.iterations());
  state.counters["one_us"] = alone / n / kAlone;
  state.counters["each_of_64_us"] = together / n / kTogether;
  state.counters["ratio"] = (alone / kAlone) / (together / kTogether);
}
BENCHMARK(kv_group_commit_ratio)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace kinode::kv
