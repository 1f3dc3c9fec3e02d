// A tree of files that is being written below one directory, and nowhere else.
#pragma once

#include <unordered_set>
#include <vector>

#include "base/fd.h"
#include "port/frozen.h"

namespace kinode::backup {

/// Every directory on the way to an entry must have been added before; no link is ever followed.
/// One thread.
class RestoredTree {
 public:
  /// Below the open directory `root`, which is empty; `place` names it in errors.
  RestoredTree(Fd root, std::string place) : root_(std::move(root)), place_(std::move(place)) {}

  /// Begins the next entry, and ends the one before. kCorrupt: its path is not below a directory of
  /// this tree, or the file before has another size than it should.
  Status begin(const port::FrozenEntry& entry);

  /// Appends to the file that was begun last.
  Status append(ByteView bytes);

  /// Ends the last entry, gives directories their modes and times, and syncs all if it shall be
  /// `durable`.
  Status finish(bool durable);

 private:
  Status end_file();
  Status enter_parent(const std::string& path);
  Status begin_directory(const port::FrozenEntry& entry, const std::string& name);

  const Fd root_;
  const std::string place_;
  Fd parent_;
  std::string parent_path_;  // of parent_
  std::unordered_set<std::string> directories_;
  std::vector<port::FrozenEntry> dated_;  // directories, for the end
  Fd file_;
  port::FrozenEntry entry_;
  std::uint64_t written_ = 0;
};

}  // namespace kinode::backup
