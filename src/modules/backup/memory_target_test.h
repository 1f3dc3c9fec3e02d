// A target in memory that can lose, change and refuse.
#pragma once

#include <map>

#include "modules/backup/target.h"
#include "rt/mutex.h"

namespace kinode::backup {

class MemoryTarget final : public Target {
 public:
  Status put(std::string_view name, ByteView content) override {
    const rt::Lock lock(mutex);
    if (puts_left == 0) return fail(Code::kIo, "the disk of memory is full: free some space");
    --puts_left;
    ByteVector& object = objects[std::string(name)];
    object.assign(content.begin(), content.end());
    if (name.starts_with(spoil_prefix) && !spoil_prefix.empty()) object[object.size() / 2] ^= 1;
    ++puts;
    return {};
  }
  Result<ByteVector> get(std::string_view name) override {
    const rt::Lock lock(mutex);
    const auto found = objects.find(name);
    if (found == objects.end()) return fail(Code::kNotFound, std::string(name) + " is not there");
    return found->second;
  }
  Result<ByteVector> get_range(std::string_view name, std::uint64_t offset,
                               std::size_t size) override {
    auto whole = get(name);
    if (!whole) return whole;
    if (offset > whole->size() || size > whole->size() - offset) {
      return fail(Code::kCorrupt, std::string(name) + " is shorter than it was written");
    }
    const auto begin = whole->begin() + static_cast<std::ptrdiff_t>(offset);
    return ByteVector(begin, begin + static_cast<std::ptrdiff_t>(size));
  }
  Result<std::vector<TargetObject>> list(std::string_view prefix) override {
    const rt::Lock lock(mutex);
    std::vector<TargetObject> out;
    for (const auto& [name, content] : objects) {
      if (name.starts_with(prefix)) out.push_back({name, content.size()});
    }
    return out;
  }
  Status remove(std::string_view name) override {
    const rt::Lock lock(mutex);
    objects.erase(std::string(name));
    return {};
  }
  Status sweep() override { return {}; }
  std::string place() const override { return "memory"; }

  std::vector<std::string> names(std::string_view prefix) {
    std::vector<std::string> out;
    for (const auto& object : *list(prefix)) out.push_back(object.name);
    return out;
  }

  rt::Mutex mutex;
  std::map<std::string, ByteVector, std::less<>> objects;
  std::uint64_t puts = 0;
  std::uint64_t puts_left = ~std::uint64_t{0};
  std::string spoil_prefix;  // what is put under such a name is changed on its way
};

}  // namespace kinode::backup
