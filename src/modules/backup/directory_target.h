// A directory as the target of backups.
#pragma once

#include <atomic>
#include <memory>

#include "modules/backup/target.h"

namespace kinode::backup {

/// Objects are files of the same name. The directory is made by the first put. What is written is
/// synced and dropped from the system's cache: it will be read from the disk, and the cache stays
/// with whoever else needs it.
class DirectoryTarget final : public Target {
 public:
  explicit DirectoryTarget(std::string root) : root_(std::move(root)) {}

  Status put(std::string_view name, ByteView content) override;
  Result<ByteVector> get(std::string_view name) override;
  Result<ByteVector> get_range(std::string_view name, std::uint64_t offset,
                               std::size_t size) override;
  Result<std::vector<TargetObject>> list(std::string_view prefix) override;
  Status remove(std::string_view name) override;
  Status sweep() override;
  std::string place() const override { return root_; }

 private:
  Result<std::string> path_of(std::string_view name) const;

  const std::string root_;
  std::atomic<std::uint64_t> temporaries_ = 0;
};

}  // namespace kinode::backup
