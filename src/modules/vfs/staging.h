// Where things wait that are not yet, or no longer, in a drive.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "modules/vfs/disk.h"

namespace kinode::vfs {

/// The directory `.staging` beside the packages, which no path of a program can name. What is
/// written there takes its place in a drive by one rename, so a crash leaves the old content or the
/// new; what was removed from a drive is taken apart here. A crash leaves things behind.
/// Thread: any; blocks.
class Staging {
 public:
  static Result<std::unique_ptr<Staging>> open(const Disk& disk);

  /// What was here before this node began. Names made since are others.
  const std::vector<std::string>& left_behind() const { return left_behind_; }

  /// A new, empty file for writing.
  struct File {
    Fd fd;
    std::string name;
  };
  Io<File> create() const;

  /// A name that nothing here has.
  std::string fresh_name() const;

  int directory() const { return directory_.get(); }

  /// Unlinks a file of this directory; nothing happens if it has gone.
  void discard(const std::string& name) const;

 private:
  explicit Staging(Fd directory) : directory_(std::move(directory)) {}
  Io<void> look_around();

  const Fd directory_;
  std::vector<std::string> left_behind_;
  mutable std::atomic<std::uint64_t> next_ = 1;
};

/// The name below the root; no package can have it, because it has no colon.
inline constexpr std::string_view kStagingName = ".staging";

/// The entries of a directory below another, without `.` and `..`.
struct Child {
  std::string name;
  FileType type;
};
Io<std::vector<Child>> children_of(int directory, const std::string& path);

/// Takes directories apart, some files at a time. Deep trees are flattened into the staging
/// directory first, so that neither the stack nor descriptors limit the depth.
class Removal {
 public:
  /// `name` in the staging directory; a file is removed, too.
  Removal(const Staging& staging, std::string name);

  /// True: there is more to do.
  Io<bool> step();

 private:
  Io<void> empty(const std::string& name);

  const Staging& staging_;
  std::vector<std::string> waiting_;
};

}  // namespace kinode::vfs
