#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <kinode/arena.h>
#include <vector>

using kinode::detail::Arena;

namespace {

char* put(size_t size, char fill) {
  auto* memory = static_cast<char*>(Arena::allocate(1, size));
  std::memset(memory, fill, size);
  return memory;
}

bool holds(const char* memory, size_t size, char fill) {
  return std::string_view(memory, size) == std::string(size, fill);
}

}  // namespace

TEST(Arena, ReusesItsMemoryWhenTheMessageIsGone) {
  const char* first = put(10, 'a');
  {
    const auto arena = Arena::take();
  }
  EXPECT_EQ(put(10, 'b'), first);
  Arena::take();
}

TEST(Arena, KeepsWhatMessagesHoldApart) {
  const char* a = put(100, 'a');
  auto first = Arena::take();
  const char* b = put(100, 'b');
  auto second = Arena::take();
  first = Arena();
  const char* c = put(100, 'c');
  const auto third = Arena::take();
  EXPECT_TRUE(holds(b, 100, 'b'));
  EXPECT_TRUE(holds(c, 100, 'c'));
  EXPECT_NE(a, b);
  EXPECT_NE(b, c);
}

TEST(Arena, AlignsAsAsked) {
  put(1, 'x');
  for (const size_t align : {1u, 2u, 4u, 8u, 16u}) {
    EXPECT_EQ(reinterpret_cast<uintptr_t>(Arena::allocate(align, 3)) % align, 0u);
  }
  Arena::take();
}

TEST(Arena, HoldsCallsLargerThanASlab) {
  std::array<const char*, 100> parts{};
  for (size_t i = 0; i < 100; ++i) parts[i] = put(500, static_cast<char>('a' + i % 26));
  const char* big = put(1'000'000, 'z');
  const auto arena = Arena::take();
  for (size_t i = 0; i < 100; ++i)
    EXPECT_TRUE(holds(parts[i], 500, static_cast<char>('a' + i % 26)));
  EXPECT_TRUE(holds(big, 1'000'000, 'z'));
}

TEST(Arena, SurvivesAnyOrderOfRelease) {
  std::vector<std::pair<Arena, const char*>> held;
  for (int i = 0; i < 1000; ++i) {
    const char* memory = put(64, static_cast<char>('a' + i % 26));
    held.emplace_back(Arena::take(), memory);
    if (i % 3 == 0) held.erase(held.begin() + (i * 7) % static_cast<int>(held.size()));
  }
  for (const auto& [arena, memory] : held) EXPECT_TRUE(holds(memory, 64, memory[0]));
}

TEST(Arena, OwnsNothingAfterAnEmptyCall) {
  const auto none = Arena::take();
  const char* memory = put(8, 'm');
  const auto arena = Arena::take();
  EXPECT_TRUE(holds(memory, 8, 'm'));
}
