// Measures a node against its floors in the same run (issue: "Speed"). Prints a JSON array.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <malloc.h>
#include <rocksdb/db.h>

#include "floor.h"
#include "kernel_figures.h"
#include "measure.h"
#include "node_rig.h"
#include "wasm/program_cache.h"
#include "wasm/wasmtime_engine.h"

namespace kinode::bench {
namespace {

struct Options {
  bool is_short = false;  // one tiny run of each, so that the benchmark cannot rot
  std::string guests = "build/release/guests";
  std::string only;

  int runs() const { return is_short ? 1 : 5; }
  std::uint64_t count(std::uint64_t full) const { return is_short ? full / 1000 + 2 : full; }
};

class Bench {
 public:
  explicit Bench(Options options)
      : options_(std::move(options)),
        floor_engine_(make_engine(true)),
        engine_(make_engine(false)) {
    pair_component_ = read("pingpong_bench");
    pair_ = floor_engine_->compile(as_bytes(pair_component_)).value();
  }

  std::vector<Figure> run() {
    messages();
    many_pairs();
    blobs();
    states();
    spawns();
    two_cores();
    idle_memory();
    KernelFigures crowd(engine_, read("small_echo"), options_.is_short);
    if (wanted("route_check_ns")) crowd.routes(figure("route_check_ns", "ns CPU"));
    if (wanted("grant_cpu_us")) crowd.grants(figure("grant_cpu_us", "us CPU per grant"));
    if (wanted("boot_1000_procs_ms")) crowd.boot(figure("boot_1000_procs_ms", "ms, all answered"));
    // In a process of its own, so that the memory of what ran before does not count.
    if (options_.only == "procs_10k" || options_.is_short) {
      Figure memory{"procs_10k_rss_mb", "MB resident", {}};
      Figure stop{"procs_10k_stop_ms", "ms", {}};
      crowd.many(memory, stop);
      figures_.push_back(std::move(memory));
      figures_.push_back(std::move(stop));
    }
    return std::move(figures_);
  }

 private:
  /// The floors cross the border by wasmtime's own typed lowering, so that what we gain there
  /// shows.
  static std::unique_ptr<wasm::Engine> make_engine(bool typed_border) {
    wasm::WasmtimeConfig config;
    config.typed_border = typed_border;
    return wasm::make_wasmtime_engine(config).value();
  }

  bool wanted(std::string_view name) const {
    return options_.only.empty() || name.find(options_.only) != std::string_view::npos;
  }
  std::string read(const std::string& guest) const {
    std::ifstream file(options_.guests + "/" + guest + ".wasm", std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty()) {
      fmt::print(stderr, "bench: {}/{}.wasm is missing: build the target guests\n", options_.guests,
                 guest);
      std::exit(1);
    }
    return bytes;
  }
  Figure& figure(std::string name, std::string unit) {
    figures_.push_back({std::move(name), std::move(unit), {}});
    return figures_.back();
  }
  void pair(NodeRig& rig, const std::string& suffix) {
    rig.start_guest("ping" + suffix, as_bytes(pair_component_));
    rig.start_guest("pong" + suffix, as_bytes(pair_component_));
    rig.ask("pong" + suffix, "serve");
    rig.finish();
  }

  void messages() {
    if (!wanted("local_burst_32B local_await_32B")) return;
    const std::uint64_t n = options_.count(200'000);
    FloorPair floor(*pair_);
    NodeRig rig(engine_, 1);
    pair(rig, "");
    const std::string to = rig.address("pong");
    std::vector<double> floor_burst, floor_await, burst, await;
    for (int i = 0; i < options_.runs(); ++i) {
      const auto per = [&](std::uint64_t messages, double seconds) {
        return seconds / static_cast<double>(messages) * 1e9;
      };
      floor_burst.push_back(
          per(n, cpu_of([&] { floor.order(fmt::format("burst b@b:floor:sys {}", n)); })));
      burst.push_back(per(n, cpu_of([&] {
                            rig.ask("ping", fmt::format("burst {} {}", to, n));
                            rig.finish();
                          })));
      floor_await.push_back(
          per(2 * n, cpu_of([&] { floor.order(fmt::format("await b@b:floor:sys {}", n)); })));
      await.push_back(per(2 * n, cpu_of([&] {
                            rig.ask("ping", fmt::format("await {} {}", to, n));
                            rig.finish();
                          })));
    }
    ratio("local_burst_32B_vs_floor", burst, floor_burst);
    ratio("local_await_32B_vs_floor", await, floor_await);
    figure("local_burst_32B_ns", "ns CPU per message").runs = burst;
    figure("local_await_32B_ns", "ns CPU per message").runs = await;
    figure("floor_burst_32B_ns", "ns CPU per message").runs = floor_burst;
    figure("floor_await_32B_ns", "ns CPU per message").runs = floor_await;
    floor_burst_ns_ = floor_burst;
  }

  void ratio(const std::string& name, const std::vector<double>& ours,
             const std::vector<double>& floor) {
    Figure& out = figure(name, "ratio");
    for (std::size_t i = 0; i < ours.size(); ++i) out.runs.push_back(ours[i] / floor[i]);
  }

  void many_pairs() {
    if (!wanted("local_burst_1000pairs") || floor_burst_ns_.empty()) return;
    const std::uint64_t pairs = options_.is_short ? 3 : 1000;
    const std::uint64_t each = options_.is_short ? 10 : 200;
    NodeRig rig(engine_, 1);
    for (std::uint64_t i = 0; i < pairs; ++i) pair(rig, fmt::to_string(i));
    Figure out{"local_burst_1000pairs_vs_floor", "ratio", {}};
    for (std::size_t run = 0; run < floor_burst_ns_.size(); ++run) {
      const double seconds = cpu_of([&] {
        for (std::uint64_t i = 0; i < pairs; ++i) {
          const std::string n = fmt::to_string(i);
          rig.ask("ping" + n, fmt::format("burst {} {}", rig.address("pong" + n), each));
        }
        rig.finish();
      });
      out.runs.push_back(seconds / static_cast<double>(pairs * each) * 1e9 / floor_burst_ns_[run]);
    }
    figures_.push_back(std::move(out));
  }

  void blobs() {
    if (!wanted("blob_1MB_vs_memcpy")) return;
    constexpr std::size_t kBytes = 1u << 20;
    const std::uint64_t n = options_.count(1000);
    NodeRig rig(engine_, 1);
    pair(rig, "");
    std::vector<char> from(kBytes, 'x'), to(kBytes);
    std::vector<double> ours, floor;
    for (int i = 0; i < options_.runs(); ++i) {
      floor.push_back(cpu_of([&] {
        for (std::uint64_t k = 0; k < n; ++k) {
          std::memcpy(to.data(), from.data(), kBytes);
          asm volatile("" : : "r"(to.data()) : "memory");
        }
      }));
      ours.push_back(cpu_of([&] {
        rig.ask("ping", fmt::format("blob {} {} {}", rig.address("pong"), n, kBytes));
        rig.finish();
      }));
    }
    ratio("blob_1MB_vs_memcpy", ours, floor);
  }

  void states() {
    if (!wanted("set_state_1KB_vs_raw")) return;
    const std::uint64_t n = options_.count(50'000);
    NodeRig rig(engine_, 1);
    pair(rig, "");
    const auto directory = std::filesystem::temp_directory_path() / "kinode-bench-raw";
    std::filesystem::remove_all(directory);
    auto raw = store::open_rocks_kv(directory.string()).value();
    std::vector<double> ours, floor;
    std::string value(1024, 's');
    for (int i = 0; i < options_.runs(); ++i) {
      floor.push_back(cpu_of([&] {
        for (std::uint64_t k = 0; k < n; ++k) {
          value[k % value.size()] = static_cast<char>('a' + k % 26);
          raw->put("ping:bench:sys", as_bytes(value), store::Durability::kProcess).value();
        }
      }));
      ours.push_back(cpu_of([&] {
        rig.ask("ping", fmt::format("state {} 1024", n));
        rig.finish();
      }));
    }
    ratio("set_state_1KB_vs_raw", ours, floor);
    raw.reset();
    std::filesystem::remove_all(directory);
  }

  void spawns() {
    if (!wanted("spawn_vs_floor")) return;
    const std::uint64_t n = options_.count(2000);
    const std::string component = read("exits");
    const std::string idle = read("small_echo");
    auto program = floor_engine_->compile(as_bytes(component)).value();
    NodeRig rig(engine_, 1);
    std::uint64_t ended = 0;
    std::vector<double> floor, ours, crowded;
    const auto spawn_many = [&] {
      for (std::uint64_t k = 0; k < n; ++k) {
        rig.start_guest(fmt::format("e{}", ended), as_bytes(component), true);
        rig.wait_until_ended(++ended);
      }
    };
    for (int i = 0; i < options_.runs(); ++i) {
      floor.push_back(cpu_of([&] {
        for (std::uint64_t k = 0; k < n; ++k) floor_spawn(*program);
      }));
      ours.push_back(cpu_of(spawn_many));
    }
    const int crowd = options_.is_short ? 10 : 4000;
    for (int i = 0; i < crowd; ++i) rig.start_guest(fmt::format("idle{}", i), as_bytes(idle));
    for (int i = 0; i < options_.runs(); ++i) crowded.push_back(cpu_of(spawn_many));
    ratio("spawn_vs_floor", ours, floor);
    ratio("spawn_among_4000_vs_floor", crowded, floor);
  }

  void two_cores() {
    if (!wanted("two_core_scaling")) return;
    if (rt::usable_processors() < 2) return;
    const std::uint64_t n = options_.count(50'000);
    const auto seconds_with = [&](std::size_t workers) {
      NodeRig rig(engine_, workers);
      for (int i = 0; i < 8; ++i) pair(rig, fmt::to_string(i));
      const double before = wall_seconds();
      for (int i = 0; i < 8; ++i) {
        rig.ask(fmt::format("ping{}", i),
                fmt::format("await {} {}", rig.address(fmt::format("pong{}", i)), n));
      }
      rig.finish();
      return wall_seconds() - before;
    };
    Figure out{"two_core_scaling", "ratio", {}};
    for (int i = 0; i < options_.runs(); ++i) {
      const double one = seconds_with(1);
      out.runs.push_back(one / seconds_with(2));
    }
    figures_.push_back(std::move(out));
  }

  void idle_memory() {
    if (!wanted("proc_idle_kb")) return;
    const int n = options_.is_short ? 10 : 1000;
    NodeRig rig(engine_, 1);
    pair(rig, "warm");
    const double before = resident_kb();
    for (int i = 0; i < n; ++i) {
      rig.start_guest(fmt::format("idle{}", i), as_bytes(pair_component_));
      rig.ask(fmt::format("idle{}", i), "state 0 0");
    }
    rig.finish();
    figure("proc_idle_kb", "KB resident").runs.push_back((resident_kb() - before) / n);
  }

  const Options options_;
  const std::unique_ptr<wasm::Engine> floor_engine_;
  wasm::ProgramCache engine_;
  std::string pair_component_;
  std::shared_ptr<const wasm::Program> pair_;
  std::vector<Figure> figures_;
  std::vector<double> floor_burst_ns_;
};

}  // namespace
}  // namespace kinode::bench

int main(int argc, char** argv) {
  kinode::bench::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--short") {
      options.is_short = true;
    } else if (arg == "--guests" && i + 1 < argc) {
      options.guests = argv[++i];
    } else if (arg == "--only" && i + 1 < argc) {
      options.only = argv[++i];
    } else {
      fmt::print(stderr, "usage: kinode_bench [--short] [--guests DIR] [--only PART_OF_A_NAME]\n");
      return 2;
    }
  }
  // As the node sets it: blobs come and go by the megabyte.
  ::mallopt(M_MMAP_THRESHOLD, 64 << 20);
  ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
  fmt::print("{}\n", kinode::bench::to_json(kinode::bench::Bench(std::move(options)).run()));
  return 0;
}
