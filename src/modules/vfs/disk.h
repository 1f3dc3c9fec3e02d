// The directory of all drives, and the only place that turns a path into something of the system.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <sys/stat.h>

#include "base/fd.h"
#include "modules/vfs/vfs_messages.h"
#include "modules/vfs/vfs_path.h"

namespace kinode::vfs {

/// A name in a directory: what can be made, removed and renamed.
struct Place {
  Fd directory;
  std::string name;
};

/// Opens beneath a directory handle, so that nothing that changes between a check and the use can
/// lead out of the drive (S15). Links are followed when they stay in their drive; a package's
/// directory and a drive may not be links. All errors are those of the system.
/// Thread: any; blocks. Lifetime: outlives what works on it.
class Disk {
 public:
  /// Makes `root` if it is not there. Errors: it cannot be made, or the system is too old.
  static Result<std::unique_ptr<Disk>> open(const std::string& root);

  /// `flags` as open(2); `mode` counts with O_CREAT only.
  Io<Fd> open_any(const VfsPath& path, int flags, mode_t mode = 0644) const;

  /// The same for a file; directories are EISDIR, and what is neither is refused without waiting
  /// for it.
  Io<Fd> open_file(const VfsPath& path, int flags, mode_t mode = 0644) const;

  Io<Fd> open_directory(const VfsPath& path) const;

  /// The path's parent, which must be there, and its name in it. Links at the name are not
  /// followed.
  Io<Place> place_of(const VfsPath& path) const;

  /// Follows links, within the drive.
  Io<struct stat> status(const VfsPath& path) const;

  /// The same two from what the system has in memory; EAGAIN if it would have to look at the disk.
  Io<Fd> open_file_now(const VfsPath& path) const;
  Io<struct stat> status_now(const VfsPath& path) const;

  /// Called with a directory before a name is made in it.
  using Before = std::function<void(int directory)>;

  Io<void> make_directory(const VfsPath& path, const Before& before) const;
  /// With its parents; nothing happens if it is there.
  Io<void> make_directories(const VfsPath& path, const Before& before) const;

  /// For the names of packages alone.
  Io<Fd> open_root() const;
  int root() const { return root_.get(); }

 private:
  explicit Disk(Fd root) : root_(std::move(root)) {}

  Io<Fd> open_now(const VfsPath& path, int flags) const;
  Io<Fd> open_below(std::string_view below_root, std::size_t drive_size, int flags,
                    mode_t mode) const;

  const Fd root_;
};

/// `directory` is a handle, `path` relative to it; `resolve` as openat2(2). A descriptor, or minus
/// the errno.
int open_beneath(int directory, const std::string& path, int flags, mode_t mode,
                 std::uint64_t resolve);

FileType type_of(mode_t mode);

}  // namespace kinode::vfs
