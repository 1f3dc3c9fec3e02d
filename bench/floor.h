// The floors: the same guests on the bare engine, one thread, no kernel, no checks, no bounds.
#pragma once

#include <memory>
#include <string>

#include "wasm/engine.h"

namespace kinode::bench {

/// Two guests of pingpong_bench that can only talk to each other. One thread.
class FloorPair {
 public:
  explicit FloorPair(const wasm::Program& program);
  ~FloorPair();

  /// Gives the first guest an order (tests/guests/pingpong_bench) and runs until it says "done".
  void order(const std::string& text);

 private:
  class Guest;
  struct Ready;
  std::unique_ptr<Ready> ready_;
  std::unique_ptr<Guest> a_, b_;
};

/// Instantiate, run `init`, drop.
void floor_spawn(const wasm::Program& program);

}  // namespace kinode::bench
