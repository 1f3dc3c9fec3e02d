// Time spent, and how a figure is reported.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace kinode::bench {

/// CPU seconds of this process so far, all threads.
double cpu_seconds();
double wall_seconds();

/// Resident memory of this process in KB.
double resident_kb();

/// CPU seconds that `work` took.
double cpu_of(const std::function<void()>& work);

struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> runs;
};

/// {"name","unit","median","min","max","runs"} for each, as a JSON array.
std::string to_json(const std::vector<Figure>& figures);

}  // namespace kinode::bench
