// What the kernel costs when thousands of processes are there.
#pragma once

#include <string>

#include "measure.h"
#include "node_rig.h"

namespace kinode::bench {

class KernelFigures {
 public:
  /// `component` echoes; `engine` outlives this.
  KernelFigures(wasm::Engine& engine, std::string component, bool is_short);

  /// One look-up of a target and of the right to message it: 10,000 processes hold 100 capabilities
  /// each, sender and target are drawn.
  void routes(Figure& out);

  /// One grant to a process whose rights are stored, among 1,000 of them.
  void grants(Figure& out);

  /// A home with 1,000 stored processes: from opening it until all of them have answered.
  void boot(Figure& out);

  /// 10,000 processes that have all answered: memory of the whole benchmark, and an ordered stop.
  void many(Figure& memory, Figure& stop);

 private:
  wasm::Engine& engine_;
  const std::string component_;
  const bool is_short_;
};

}  // namespace kinode::bench
