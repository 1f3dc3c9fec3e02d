#include "kinode/arena.h"

#include <cstdint>
#include <cstdlib>
#include <cstring>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define KINODE_POISON(from, size) ASAN_POISON_MEMORY_REGION(from, size)
#define KINODE_UNPOISON(from, size) ASAN_UNPOISON_MEMORY_REGION(from, size)
#endif
#endif
#ifndef KINODE_POISON
#define KINODE_POISON(from, size)
#define KINODE_UNPOISON(from, size)
#endif

namespace kinode::detail {

// Bytes that several arenas share; it is reused from its start when the last of them is gone.
struct alignas(16) Slab {
  size_t users;
};

// What is too large for a slab stands alone, in a list that its arena frees.
struct alignas(16) LargeBlock {
  LargeBlock* next;
};

namespace {

constexpr size_t kSlabBytes = 4096;   // about 25 messages of 32 bytes
constexpr size_t kSmallMax = 1024;    // larger ones would pin a slab for little gain
constexpr size_t kRoomPerCall = 512;  // with less room left, a call starts a new slab

// One guest has one thread; so has a test of the native build.
Slab* current = nullptr;
Slab* spare = nullptr;
char* cursor = nullptr;
char* end = nullptr;
bool slab_in_use = false;  // by the call that is running
LargeBlock* large = nullptr;

void* allocate_or_trap(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) __builtin_trap();
  return memory;
}

char* start_of(Slab* slab) { return reinterpret_cast<char*>(slab + 1); }

void start_slab() {
  if (spare != nullptr) {
    current = std::exchange(spare, nullptr);
  } else {
    current = static_cast<Slab*>(allocate_or_trap(kSlabBytes));
  }
  current->users = 0;
  cursor = start_of(current);
  end = reinterpret_cast<char*>(current) + kSlabBytes;
  KINODE_POISON(cursor, static_cast<size_t>(end - cursor));
}

void* allocate_large(size_t size) {
  if (size > SIZE_MAX - sizeof(LargeBlock)) __builtin_trap();
  auto* block = static_cast<LargeBlock*>(allocate_or_trap(sizeof(LargeBlock) + size));
  block->next = large;
  large = block;
  return block + 1;
}

}  // namespace

void* Arena::allocate(size_t align, size_t size) {
  if (size > kSmallMax) return allocate_large(size);
  if (!slab_in_use) {
    if (static_cast<size_t>(end - cursor) < kRoomPerCall) start_slab();
    slab_in_use = true;
  }
  const size_t gap = -reinterpret_cast<uintptr_t>(cursor) & (align - 1);
  // A call keeps to one slab, so that its arena has one to give back.
  if (gap + size > static_cast<size_t>(end - cursor)) return allocate_large(size);
  char* memory = cursor + gap;
  cursor = memory + size;
  KINODE_UNPOISON(memory, size);
  return memory;
}

Arena Arena::take() {
  Arena arena;
  arena.large_ = std::exchange(large, nullptr);
  if (slab_in_use) {
    slab_in_use = false;
    ++current->users;
    arena.slab_ = current;
  }
  return arena;
}

void Arena::release() {
  while (large_ != nullptr) std::free(std::exchange(large_, large_->next));
  Slab* slab = std::exchange(slab_, nullptr);
  if (slab == nullptr || --slab->users != 0) return;
  if (slab == current) {
    if (slab_in_use) return;
    KINODE_POISON(start_of(slab), static_cast<size_t>(cursor - start_of(slab)));
    cursor = start_of(slab);
  } else if (spare == nullptr) {
    spare = slab;
  } else {
    KINODE_UNPOISON(start_of(slab), kSlabBytes - sizeof(Slab));
    std::free(slab);
  }
}

}  // namespace kinode::detail

#ifdef __wasm__
// Replaces the weak one of the bindings wherever an Arena is used.
extern "C" __attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old,
                                                                           size_t old_size,
                                                                           size_t align,
                                                                           size_t size) {
  if (old != nullptr && size <= old_size) return old;
  void* memory = kinode::detail::Arena::allocate(align, size);
  if (old != nullptr) std::memcpy(memory, old, old_size);
  return memory;
}
#endif
