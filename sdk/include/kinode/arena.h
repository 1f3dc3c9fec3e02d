// The memory that the host fills while a call returns strings and lists into the guest.
//
// The canonical ABI asks for each string by itself (five for a plain message), but all of them live
// and die together. So they are cut from a slab one behind the other, and one Arena owns what one
// call brought: taking it costs nothing per string, and freeing it is one step.
#pragma once

#include <cstddef>
#include <utility>

namespace kinode::detail {

struct Slab;
struct LargeBlock;

/// Owns what the host allocated during one call. Pointers into it live as long as it does.
class Arena {
 public:
  Arena() = default;
  Arena(Arena&& other) noexcept
      : slab_(std::exchange(other.slab_, nullptr)), large_(std::exchange(other.large_, nullptr)) {}
  Arena& operator=(Arena&& other) noexcept {
    std::swap(slab_, other.slab_);
    std::swap(large_, other.large_);
    return *this;
  }
  ~Arena() {
    if (slab_ != nullptr || large_ != nullptr) release();
  }

  /// All that was allocated since the last take(): call it right after the host returned.
  static Arena take();

  /// Memory for the call that is running; `align` is a power of two, at most 16. Never null: a
  /// guest without memory traps.
  static void* allocate(size_t align, size_t size);

 private:
  void release();

  Slab* slab_ = nullptr;
  LargeBlock* large_ = nullptr;
};

}  // namespace kinode::detail
