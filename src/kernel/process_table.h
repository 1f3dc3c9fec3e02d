// Who is known to this node, by process id.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernel/process_record.h"

namespace kinode::kernel {

/// A process id as views, for look-ups without allocating.
struct IdView {
  std::string_view process, package, publisher;
};

/// Sharded, so that senders on different workers do not meet on one lock. Thread: any.
class ProcessTable {
 public:
  RecordRef find(const IdView& id) const;
  RecordRef find(const msg::ProcessId& id) const {
    return find(IdView{id.process, id.package, id.publisher});
  }

  /// False when the name is taken.
  bool insert(const RecordRef& record);

  /// Removes `record` if it is still the one of that name.
  bool erase(const ProcessRecord& record);

  /// A copy, in no order.
  std::vector<RecordRef> all() const;
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 32;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const IdView& id) const noexcept;
    std::size_t operator()(const msg::ProcessId& id) const noexcept {
      return (*this)(IdView{id.process, id.package, id.publisher});
    }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(const msg::ProcessId& a, const msg::ProcessId& b) const { return a == b; }
    bool operator()(const IdView& a, const msg::ProcessId& b) const {
      return a.process == b.process && a.package == b.package && a.publisher == b.publisher;
    }
    bool operator()(const msg::ProcessId& a, const IdView& b) const { return (*this)(b, a); }
  };
  struct Shard {
    mutable rt::Mutex mutex;
    std::unordered_map<msg::ProcessId, RecordRef, Hash, Equal> records
        __attribute__((guarded_by(mutex)));
  };

  Shard& shard(const IdView& id) const;

  mutable std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace kinode::kernel
