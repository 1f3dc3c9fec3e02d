// All databases of the module as they stood at one instant.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "modules/sqlite/sqlite_databases.h"
#include "modules/sqlite/sqlite_snapshot.h"
#include "port/frozen.h"

namespace kinode::sqlite {

/// Each database that is open at the instant has a read transaction until the backup has read it;
/// closed ones get theirs when they are read, or before they are opened or removed.
///
/// Thread: any. Lifetime: outlives the work on databases; parts may outlive it.
class SqliteFreezer final : public port::Freezable {
 public:
  SqliteFreezer(Databases& databases, std::string root)
      : databases_(databases), root_(std::move(root)) {}

  Status prepare_freeze() override;
  Result<std::unique_ptr<port::FrozenPart>> freeze() override;

  /// With a pass, before a closed database is opened or removed.
  void before_change(const Slot& slot);

 private:
  class Kept;
  class Part;

  struct Spare {
    std::uint64_t opening = 0;  // of the slot
    std::unique_ptr<SqliteSnapshot> snapshot;
  };

  Databases& databases_;
  const std::string root_;
  rt::Mutex mutex_;
  std::map<std::string, Spare> spares_ __attribute__((guarded_by(mutex_)));  // by directory
  std::weak_ptr<Kept> live_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::sqlite
