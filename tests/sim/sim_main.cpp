// Runs a node in one thread from seeds and says which seed breaks a rule.
//
// An event is one of: a step of the scheduler (a slice of a guest or module, a timer that fires, a
// job of the blocking pool); a call that a guest makes to its host; a message that a simulated
// module handles. A guest's `receive` counts once, whenever its message comes.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fmt/format.h>
#include <malloc.h>
#include <optional>
#include <string_view>

#include "runner.h"

namespace kinode::sim {
namespace {

constexpr std::string_view kHelp = R"(kinode_sim: a node in one thread, made of a seed, and broken

  --seed=N      run one seed and say how it ended
  --seeds=N     run N seeds, stop at the first that breaks a rule (default 1000)
  --from=M      the first of them (default 1)
  --events=N    about so many events for each seed (default 4000)
  --trace       with --seed: print every event
  --until=FILE  stop quietly when this file exists
  --help        print this

Examples
  kinode_sim --seeds=200000
  kinode_sim --seed=4711 --trace | tail -40
)";

struct Options {
  std::optional<std::uint64_t> seed;
  std::uint64_t seeds = 1000;
  std::uint64_t from = 1;
  WorldOptions world;
  bool trace = false;
  bool help = false;
  std::string until;
};

std::optional<std::uint64_t> number_after(std::string_view argument, std::string_view name) {
  if (!argument.starts_with(name)) return std::nullopt;
  argument.remove_prefix(name.size());
  std::uint64_t value = 0;
  const auto read = std::from_chars(argument.begin(), argument.end(), value);
  if (argument.empty() || read.ec != std::errc() || read.ptr != argument.end()) return std::nullopt;
  return value;
}

bool parse(int argc, char** argv, Options& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (const auto seed = number_after(argument, "--seed=")) {
      out.seed = seed;
    } else if (const auto seeds = number_after(argument, "--seeds=")) {
      out.seeds = *seeds;
    } else if (const auto from = number_after(argument, "--from=")) {
      out.from = *from;
    } else if (const auto events = number_after(argument, "--events=")) {
      out.world.events = *events;
    } else if (argument == "--trace") {
      out.trace = true;
    } else if (argument.starts_with("--until=")) {
      out.until = argument.substr(std::strlen("--until="));
    } else if (argument == "--help") {
      out.help = true;
    } else {
      fmt::print(stderr, "kinode_sim: {} is not understood; --help lists what is\n", argument);
      return false;
    }
  }
  return true;
}

void complain(std::uint64_t seed, const SeedResult& result, const char* program) {
  fmt::print(
      "seed {}: {}\n  after {} events in {} steps, {} crashes; last event: {}; hash {:016x}\n"
      "  replay: {} --seed={} --trace\n",
      seed, result.violation, result.events, result.steps, result.crashes, result.last_event,
      result.hash, program, seed);
}

bool exists(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return false;
  std::fclose(file);
  return true;
}

int run_one(const Options& options, const char* program) {
  Names names;
  WorldOptions world = options.world;
  if (options.trace) world.trace = stdout;
  const SeedResult result = run_seed(names, *options.seed, world);
  if (!result.violation.empty()) {
    complain(*options.seed, result, program);
    return 1;
  }
  fmt::print(
      "seed {}: no rule broken; {} events in {} steps, {} crashes; last event: {}; hash "
      "{:016x}\n",
      *options.seed, result.events, result.steps, result.crashes, result.last_event, result.hash);
  return 0;
}

int run_many(const Options& options, const char* program) {
  // Each world is built and taken apart: keep the memory.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
  Names names;
  const std::clock_t start = std::clock();
  std::uint64_t done = 0;
  std::uint64_t events = 0;
  std::uint64_t crashes = 0;
  int status = 0;
  for (; done < options.seeds; ++done) {
    if (!options.until.empty() && done % 64 == 0 && exists(options.until)) break;
    const std::uint64_t seed = options.from + done;
    const SeedResult result = run_seed(names, seed, options.world);
    events += result.events;
    crashes += result.crashes;
    if (result.violation.empty()) continue;
    complain(seed, result, program);
    status = 1;
    ++done;
    break;
  }
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  fmt::print(
      "{} seeds from {}, {} events, {} crashes in {:.2f} CPU s: {:.0f} seeds/s, {:.0f} "
      "events/s; {}\n",
      done, options.from, events, crashes, took, static_cast<double>(done) / took,
      static_cast<double>(events) / took, status == 0 ? "no rule broken" : "a rule was broken");
  return status;
}

}  // namespace
}  // namespace kinode::sim

int main(int argc, char** argv) {
  kinode::sim::Options options;
  if (!kinode::sim::parse(argc, argv, options)) return 2;
  if (options.help) {
    fmt::print("{}", kinode::sim::kHelp);
    return 0;
  }
  return options.seed ? kinode::sim::run_one(options, argv[0])
                      : kinode::sim::run_many(options, argv[0]);
}
