// Putting what was unpacked into a directory of a drive, all of it or nothing.
#pragma once

#include <string>

#include "modules/vfs/operation.h"

namespace kinode::vfs {

/// The tree `name` of the staging directory goes into `target`: its directories are made, its files
/// take the place of those that are there, everything else stays. In this order:
///   check    what is a file on one side may not be a directory on the other
///   commit   the file `<name>.commit` says where the tree belongs: from now on a crash is followed
///            by finish() at the next start
///   finish   directory by directory, each file by one rename
/// Thread: any; blocks.
class Merge {
 public:
  Merge(const Disk& disk, const Staging& staging, std::string name)
      : disk_(disk), staging_(staging), name_(std::move(name)) {}

  Io<void> check(const VfsPath& target) const;
  Io<void> commit(const VfsPath& target) const;

  /// May be repeated after a crash. Leaves the tree without files, and no commit.
  Io<void> finish(const VfsPath& target, const DiskChange& change) const;

 private:
  Io<void> move_in(const VfsPath& target, const DiskChange& change) const;
  template <class OnDirectory, class OnFile>
  Io<void> walk(OnDirectory on_directory, OnFile on_file) const;

  const Disk& disk_;
  const Staging& staging_;
  const std::string name_;
};

/// Merges what was committed before the node ended; the rest of what was left behind is for
/// Removal. Answers what could not be done, one sentence each.
std::vector<std::string> finish_committed_merges(const Disk& disk, const Staging& staging);

}  // namespace kinode::vfs
