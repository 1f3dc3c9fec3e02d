// Assertions about our own code. They stay on in release builds and never judge input.
#pragma once

#include <string_view>

namespace kinode {

/// Prints place and condition to stderr and aborts. Only for KINODE_ASSERT.
[[noreturn]] void assertion_failed(std::string_view condition, std::string_view file,
                                   int line) noexcept;

}  // namespace kinode

#define KINODE_ASSERT(condition)      \
  (__builtin_expect(!!(condition), 1) \
       ? static_cast<void>(0)         \
       : ::kinode::assertion_failed(#condition, __FILE__, __LINE__))
