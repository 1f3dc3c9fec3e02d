#include "measure.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace kinode::bench {

namespace {

double seconds(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

}  // namespace

double cpu_seconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }
double wall_seconds() { return seconds(CLOCK_MONOTONIC); }

double resident_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
  }
  return 0;
}

double cpu_of(const std::function<void()>& work) {
  const double before = cpu_seconds();
  work();
  return cpu_seconds() - before;
}

std::string to_json(const std::vector<Figure>& figures) {
  nlohmann::json out = nlohmann::json::array();
  for (const Figure& figure : figures) {
    auto sorted = figure.runs;
    std::sort(sorted.begin(), sorted.end());
    if (sorted.empty()) continue;
    out.push_back({{"name", figure.name},
                   {"unit", figure.unit},
                   {"median", sorted[sorted.size() / 2]},
                   {"min", sorted.front()},
                   {"max", sorted.back()},
                   {"runs", sorted.size()}});
  }
  return out.dump();
}

}  // namespace kinode::bench
