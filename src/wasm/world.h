// The interface that a component was built for: which functions it may import, and by which rules
// of kernel.md 2.9 it lives.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace kinode::wasm {

/// Found by the name of the interface that the component imports; what else is known about a
/// program, such as its `wit_version`, does not matter. The numbers are the shim's (world.rs).
enum class World : std::uint32_t {
  kKinode07 = 0,
  kKinode08 = 1,
  kKinode10 = 2,
  kHyperware10 = 3,  // the successor's: the functions of kKinode10 under another package name
};

/// The import of each world, in the order of World.
inline constexpr std::array<std::string_view, 4> kStandardImports{
    "kinode:process/standard@0.7.0",
    "kinode:process/standard@0.8.0",
    "kinode:process/standard@1.0.0",
    "hyperware:process/standard@1.0.0",
};

constexpr std::string_view standard_import(World world) {
  return kStandardImports[static_cast<std::size_t>(world)];
}

}  // namespace kinode::wasm
