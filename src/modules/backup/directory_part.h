// The home of a node that is not running, for a backup.
#pragma once

#include <memory>
#include <vector>

#include "base/fd.h"
#include "port/frozen.h"

namespace kinode::backup {

/// True for what a node makes anew: locks, compiled programs, what was on its way in or out, logs
/// of the databases' engine.
bool is_made_anew(std::string_view path);

/// Everything in the home except what is made anew, and except what is neither file, directory nor
/// link. Links are not followed. The caller holds the home's lock, so that nothing changes.
class DirectoryPart final : public port::FrozenPart {
 public:
  static Result<std::unique_ptr<DirectoryPart>> open(const std::string& home);

  /// In the order of names.
  Status walk(const Visit& visit) override;
  Result<std::unique_ptr<port::FrozenContent>> open(const port::FrozenEntry& file) override;

 private:
  DirectoryPart(std::string home, Fd directory)
      : home_(std::move(home)), directory_(std::move(directory)) {}
  Status walk_below(const std::string& path, const Visit& visit, std::size_t depth);

  const std::string home_;
  const Fd directory_;
};

}  // namespace kinode::backup
