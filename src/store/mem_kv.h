// A store in memory for tests and simulation; it can forget what was not synced and fail on demand.
#pragma once

#include <limits>
#include <map>

#include "rt/mutex.h"
#include "store/ordered_kv.h"

namespace kinode::store {

/// Thread: any.
class MemKv final : public OrderedKv {
 public:
  Result<std::optional<Bytes>> get(std::string_view key) const override;
  Status put(std::string_view key, ByteView value, Durability durability) override;
  Status try_put(std::string_view key, ByteView value) override;
  Status erase(std::string_view key, Durability durability) override;
  Status write(const WriteBatch& batch, Durability durability) override;
  Status scan(std::string_view prefix, const Visit& visit) const override;
  Status sync() override;
  Status checkpoint(const std::string& directory) override;

  /// The machine has lost power: what was not synced is gone.
  void lose_power();

  /// The write after `writes` more fails with kIo, and every one after it, until the next call.
  void fail_after(std::uint64_t writes);

 private:
  Status begin_write() __attribute__((requires_capability(mutex_)));

  using Map = std::map<std::string, Bytes, std::less<>>;
  mutable rt::Mutex mutex_;
  Map live_ __attribute__((guarded_by(mutex_)));
  Map synced_ __attribute__((guarded_by(mutex_)));
  std::uint64_t writes_left_ __attribute__((guarded_by(mutex_))) =
      std::numeric_limits<std::uint64_t>::max();
};

}  // namespace kinode::store
