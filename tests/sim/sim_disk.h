// The disk of a simulated node: an ordered store that can be full, stop in the middle of an
// operation, and forget what was not synced.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/ordered_kv.h"

namespace kinode::sim {

/// A batch is atomic and acknowledged writes survive what their durability says; what was not
/// acknowledged is lost or kept whole. One thread.
class SimDisk final : public store::OrderedKv {
 public:
  /// With `may_lose_power` it remembers what was not synced.
  explicit SimDisk(bool may_lose_power) : may_lose_power_(may_lose_power) {}

  Result<std::optional<Bytes>> get(std::string_view key) const override;
  Status put(std::string_view key, ByteView value, store::Durability durability) override;
  Status try_put(std::string_view key, ByteView value) override;
  Status erase(std::string_view key, store::Durability durability) override;
  Status write(const store::WriteBatch& batch, store::Durability durability) override;
  Status scan(std::string_view prefix, const Visit& visit) const override;
  Status sync() override;
  Status checkpoint(const std::string& directory) override;

  /// Every write fails with kIo until it is called again.
  void set_full(bool full) { full_ = full; }
  bool is_full() const { return full_; }

  /// The node will crash: `writes` more reach the disk, later ones only seem to.
  void stop_after(std::uint64_t writes) { writes_left_ = writes; }

  bool has_stopped() const { return !unwritten_.empty(); }

  enum class Crash : std::uint8_t { kProcess, kPower };
  /// What the crash leaves.
  void crash(Crash kind);

  /// A planted fault, to see that the checkers notice: the n-th write from now is acknowledged and
  /// lost.
  void lose_write(std::uint64_t n) { lose_in_ = n; }

  /// How often the value of `key` has changed, and the values from the `since`-th one on, oldest
  /// first. Only of keys that are not the kernel's own.
  std::size_t versions(const std::string& key) const;
  std::vector<std::optional<Bytes>> since(const std::string& key, std::size_t version) const;

  /// Somebody was told that `key` has this value now; none: that it has none.
  void acknowledged(const std::string& key, const std::optional<Bytes>& value);
  /// What was acknowledged last can no longer be known to be so: the node crashes in this step.
  void stop_acknowledging() { acknowledges_ = false; }
  /// After a crash: a key whose value was neither acknowledged last nor written later.
  const std::optional<std::string>& lost() const { return lost_; }

  std::uint64_t writes() const { return writes_; }

 private:
  struct Undo {
    std::string key;
    std::optional<Bytes> old;
  };

  void apply(const std::string& key, const std::optional<Bytes>& value);
  void undo_all(std::vector<Undo>& list);

  const bool may_lose_power_;
  std::map<std::string, Bytes, std::less<>> live_;
  std::vector<Undo> unsynced_;   // since the last synced write
  std::vector<Undo> unwritten_;  // since the node stopped
  std::unordered_map<std::string, std::vector<std::optional<Bytes>>> history_;
  std::unordered_map<std::string, std::size_t> acknowledged_;  // versions up to that
  std::optional<std::string> lost_;
  bool acknowledges_ = true;
  std::uint64_t writes_left_ = ~std::uint64_t{0};
  std::uint64_t lose_in_ = 0;
  std::uint64_t writes_ = 0;
  bool full_ = false;
};

}  // namespace kinode::sim
