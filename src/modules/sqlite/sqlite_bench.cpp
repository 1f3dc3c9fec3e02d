// What the SQL module costs over SQLite itself, measured in the same run.
#include <../tests/support/scratch.h>
#include <../tests/support/thread_port.h>
#include <benchmark/benchmark.h>
#include <ctime>
#include <fmt/format.h>
#include <sqlite3.h>

#include "base/clock.h"
#include "base/limits.h"
#include "modules/sqlite/sqlite_module.h"
#include "rt/thread_pool.h"

namespace kinode::sqlite {
namespace {

constexpr int kRows = 10'000;

double us(clockid_t which) {
  timespec t{};
  ::clock_gettime(which, &t);
  return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}
double cpu_us() { return us(CLOCK_PROCESS_CPUTIME_ID); }
double wall_us() { return us(CLOCK_MONOTONIC); }

constexpr const char* kCreate = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)";
constexpr const char* kInsert = "INSERT INTO t (name) VALUES (?)";
constexpr const char* kSelect = "SELECT id, name FROM t WHERE id = ?";

class Rig {
 public:
  Rig() : module(SqliteConfig{home / "sqlite", {}, &pool}) {
    module.start(port).value();
    ask(R"("Open")", {}, 1);
    ask(fmt::format(R"({{"Write":{{"statement":"{}","tx_id":null}}}})", kCreate), {}, 1);
    port.finish();
  }
  ~Rig() {
    port.finish();
    module.stop();
    pool.stop();
    port.executor().stop();
  }
  void ask(std::string_view action, std::string_view parameters, std::uint32_t open) {
    msg::BlobRef blob;
    if (!parameters.empty()) {
      auto b = std::make_shared<msg::Blob>();
      b->bytes = Bytes::copy(parameters);
      blob = std::move(b);
    }
    port.ask(module, from, to,
             fmt::format(R"({{"package_id":{{"package_name":"p","publisher_node":"n"}},)"
                         R"("db":"b","action":{}}})",
                         action),
             std::move(blob), open);
  }
  void insert(int count, std::uint32_t open) {
    const std::string action =
        fmt::format(R"({{"Write":{{"statement":"{}","tx_id":null}}}})", kInsert);
    for (int i = 0; i < count; ++i) ask(action, R"(["some name"])", open);
    port.finish();
  }
  void read(int count, int rows) {
    const std::string action = fmt::format(R"({{"Query":"{}"}})", kSelect);
    for (int i = 0; i < count; ++i) ask(action, fmt::format("[{}]", i % rows + 1), 64);
    port.finish();
  }

  const support::Scratch home;
  support::ThreadPort port;
  OsClock clock;
  rt::ThreadPool pool{clock, limits::kSqliteThreadsMax};
  SqliteModule module;
  const msg::AddressRef from = msg::share(msg::Address::parse("a.os@x:p:n").value());
  const msg::AddressRef to = msg::share(msg::Address::parse("a.os@sqlite:distro:sys").value());
};

class Raw {
 public:
  Raw() {
    if (sqlite3_open((home / "raw.db").c_str(), &db) != SQLITE_OK) std::abort();
    sqlite3_exec(db, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
    sqlite3_exec(db, kCreate, nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(db, kInsert, -1, &into, nullptr);
    sqlite3_prepare_v2(db, kSelect, -1, &from, nullptr);
  }
  ~Raw() {
    sqlite3_finalize(into);
    sqlite3_finalize(from);
    sqlite3_close(db);
  }
  void insert(int count) const {
    for (int i = 0; i < count; ++i) {
      sqlite3_bind_text(into, 1, "some name", -1, SQLITE_STATIC);
      sqlite3_step(into);
      sqlite3_reset(into);
    }
  }
  void read(int count, int rows) const {
    for (int i = 0; i < count; ++i) {
      sqlite3_bind_int(from, 1, i % rows + 1);
      sqlite3_step(from);
      benchmark::DoNotOptimize(sqlite3_column_int64(from, 0));
      benchmark::DoNotOptimize(sqlite3_column_text(from, 1));
      sqlite3_reset(from);
    }
  }
  const support::Scratch home;
  sqlite3* db = nullptr;
  sqlite3_stmt *into = nullptr, *from = nullptr;
};

void sqlite_read_overhead_us(benchmark::State& state) {
  Rig rig;
  const Raw raw;
  constexpr int kThere = 100;
  rig.insert(kThere, 1);
  raw.insert(kThere);
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    double start = cpu_us();
    raw.read(kRows, kThere);
    theirs += cpu_us() - start;
    start = cpu_us();
    rig.read(kRows, kThere);
    ours += cpu_us() - start;
  }
  if (rig.port.errors() > 0) state.SkipWithError("a row is not there");
  const double n = static_cast<double>(state.iterations()) * kRows;
  state.counters["ours_us"] = ours / n;
  state.counters["raw_us"] = theirs / n;
  state.counters["overhead_us"] = (ours - theirs) / n;
}
BENCHMARK(sqlite_read_overhead_us)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Time of an insert that is on the disk, one after the other.
void sqlite_insert_vs_raw(benchmark::State& state) {
  Rig rig;
  const Raw raw;
  constexpr int kEach = 200;
  double ours = 0, theirs = 0;
  for (auto _ : state) {
    double start = wall_us();
    raw.insert(kEach);
    theirs += wall_us() - start;
    start = wall_us();
    rig.insert(kEach, 1);
    ours += wall_us() - start;
  }
  if (rig.port.errors() > 0) state.SkipWithError("an insert failed");
  const double n = static_cast<double>(state.iterations()) * kEach;
  state.counters["ours_us"] = ours / n;
  state.counters["raw_us"] = theirs / n;
  state.counters["ratio"] = ours / theirs;
}
BENCHMARK(sqlite_insert_vs_raw)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace kinode::sqlite
