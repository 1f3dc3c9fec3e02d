// Ordered bytes on disk, behind an interface that tests can break.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace kinode::store {

/// What an acknowledged write survives.
enum class Durability : std::uint8_t {
  kProcess,  // the end of this process, however it comes (handed to the operating system)
  kPower,    // the end of the machine (synced)
};

/// Puts and removals that happen together or not at all.
struct WriteBatch {
  struct Operation {
    std::string key;
    std::optional<Bytes> value;  // none: removal
  };
  std::vector<Operation> operations;

  void put(std::string key, Bytes value) {
    operations.push_back({std::move(key), std::move(value)});
  }
  void erase(std::string key) { operations.push_back({std::move(key), std::nullopt}); }
};

/// Thread: any.
class OrderedKv {
 public:
  virtual ~OrderedKv() = default;

  virtual Result<std::optional<Bytes>> get(std::string_view key) const = 0;
  virtual Status put(std::string_view key, ByteView value, Durability durability) = 0;

  /// As put, but kOverloaded instead of waiting for the store to catch up. Nothing was written
  /// then.
  virtual Status try_put(std::string_view key, ByteView value) = 0;

  virtual Status erase(std::string_view key, Durability durability) = 0;
  virtual Status write(const WriteBatch& batch, Durability durability) = 0;

  /// All pairs whose key starts with `prefix`, in order of key, until `visit` says false. The views
  /// live during the call.
  using Visit = std::function<bool(std::string_view key, ByteView value)>;
  virtual Status scan(std::string_view prefix, const Visit& visit) const = 0;

  /// Everything written so far survives the end of the machine.
  virtual Status sync() = 0;

  /// A consistent copy at `directory`, which must not exist.
  virtual Status checkpoint(const std::string& directory) = 0;
};

}  // namespace kinode::store
