// All databases of the module as they stood at one instant.
#pragma once

#include <memory>
#include <string>

#include "modules/kv/kv_databases.h"
#include "port/frozen.h"

namespace kinode::kv {

/// Files of open databases get second names at the instant: tables do not change and logs only
/// grow. Those of closed ones get theirs when they are read, or before they are opened or removed.
///
/// Thread: any. Lifetime: outlives the work on databases; parts may outlive it.
class KvFreezer final : public port::Freezable {
 public:
  /// `root` holds the packages' folders; in `scratch`, on the same file system, second names are.
  KvFreezer(KvDatabases& databases, std::string root, std::string scratch)
      : databases_(databases), root_(std::move(root)), scratch_(std::move(scratch)) {}

  Status prepare_freeze() override;
  Result<std::unique_ptr<port::FrozenPart>> freeze() override;

  /// With a pass, before a closed database is opened or removed.
  void before_change(const std::string& directory);

 private:
  class Kept;
  class Part;

  std::shared_ptr<Kept> prepared();

  KvDatabases& databases_;
  const std::string root_;
  const std::string scratch_;
  rt::Mutex mutex_;
  std::shared_ptr<Kept> prepared_ __attribute__((guarded_by(mutex_)));
  std::weak_ptr<Kept> live_ __attribute__((guarded_by(mutex_)));
  std::uint64_t next_ __attribute__((guarded_by(mutex_))) = 1;
};

}  // namespace kinode::kv
