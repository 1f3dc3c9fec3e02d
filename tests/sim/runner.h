// Runs seeds and adds up.
#pragma once

#include <cstdint>
#include <string>

#include "world.h"

namespace kinode::sim {

struct SeedResult {
  std::string violation;  // empty: none
  std::string last_event;
  std::uint64_t hash = 0;
  std::uint64_t events = 0;
  std::uint64_t steps = 0;
  unsigned crashes = 0;
};

inline SeedResult run_seed(Names& names, std::uint64_t seed, const WorldOptions& options) {
  World world(names, seed, options);
  world.run();
  return {world.violation(), world.trace().last(), world.trace().hash(),
          world.events(),    world.steps(),        world.crashes()};
}

}  // namespace kinode::sim
