// A process table on a damaged disk: whatever stands in it, loading ends well, loses nothing and
// gives the same the second time. The input is lines of "kind, key, value" (see rows_of).
#include <cstdint>
#include <map>

#include "base/assert.h"
#include "msg/bincode.h"
#include "store/mem_kv.h"
#include "store/process_store.h"

namespace {

using namespace kinode;
using store::Durability;

using Rows = std::map<std::string, Bytes>;

/// Records of a head of three bytes, a key and a value: what the key starts with, and both sizes.
Rows rows_of(ByteView input) {
  constexpr std::string_view kStarts[] = {"kernel:distro:sys", "kernel:distro:sys/process/",
                                          "kernel:distro:sys/cap/", ""};
  Rows rows;
  while (input.size() >= 3) {
    const std::string_view start = kStarts[input[0] % 4];
    const std::size_t key_size = input[1];
    const std::size_t value_size = input[2] * 4u;
    input = input.subspan(3);
    const auto key = input.first(std::min(key_size, input.size()));
    input = input.subspan(key.size());
    const auto value = input.first(std::min(value_size, input.size()));
    input = input.subspan(value.size());
    rows[std::string(start) + std::string(as_text(key))] = Bytes::copy(value);
  }
  return rows;
}

Rows rows_of(const store::MemKv& kv) {
  Rows rows;
  KINODE_ASSERT(kv.scan("", [&](std::string_view key, ByteView value) {
    rows.emplace(key, Bytes::copy(value));
    return true;
  }));
  return rows;
}

bool was_kept(const Rows& rows, const std::string& key, const Bytes& value) {
  for (const auto& name : {key, "damaged/" + key, "damaged/" + key + "+"}) {
    const auto it = rows.find(name);
    if (it != rows.end() && it->second == value) return true;
  }
  return false;
}

/// Everything that was there is there, but for a process map that was taken over.
void nothing_is_lost(const Rows& before, const Rows& after) {
  for (const auto& [key, value] : before) {
    if (was_kept(after, key, value)) continue;
    // A map's row may have replaced an older row of the same process or capability.
    KINODE_ASSERT(before.contains("kernel:distro:sys"));
    const auto map = msg::decode_process_map(before.at("kernel:distro:sys").view());
    KINODE_ASSERT(map && (key == "kernel:distro:sys" || after.contains(key)));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Rows before = rows_of(ByteView(data, size));
  store::MemKv kv;
  for (const auto& [key, value] : before) {
    KINODE_ASSERT(kv.put(key, value.view(), Durability::kProcess));
  }
  store::ProcessStore processes(kv, Durability::kProcess);
  const auto first = processes.load();
  KINODE_ASSERT(first);
  const Rows after = rows_of(kv);
  nothing_is_lost(before, after);

  const auto second = processes.load();
  KINODE_ASSERT(second && second->processes == first->processes);
  KINODE_ASSERT(rows_of(kv) == after);

  store::MemKv copy;
  store::ProcessStore written(copy, Durability::kProcess);
  for (const auto& [id, process] : first->processes) {
    KINODE_ASSERT(msg::check_kimap_safe(id));
    KINODE_ASSERT(written.put_process(id, process));
  }
  const auto again = written.load();
  KINODE_ASSERT(again && again->notices.empty() && again->processes == first->processes);
  return 0;
}
