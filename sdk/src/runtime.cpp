// Small replacements for what libc and libc++ bring: the originals pull in printf (40 KB).
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <new>

#include "process_v1.h"

namespace {

[[noreturn]] void die(const char* reason) {
  process_v1_string_t text = {reinterpret_cast<uint8_t*>(const_cast<char*>(reason)),
                              std::strlen(reason)};
  kinode_process_standard_print_to_terminal(0, &text);
  __builtin_trap();
}

}  // namespace

extern "C" {
void abort() { __builtin_trap(); }
// libc++abi calls it, on the way out.
[[noreturn]] void abort_message(const char* format, ...) { die(format); }
}

// Failed checks of the standard library, such as value() of an empty optional.
_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char* format, ...) { die(format); }
_LIBCPP_END_NAMESPACE_STD

void* operator new(size_t size) {
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) die("out of memory");
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
