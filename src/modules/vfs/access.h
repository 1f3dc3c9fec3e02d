// Who may do what to which drive (io.md 8.4).
#pragma once

#include "modules/vfs/vfs_messages.h"
#include "modules/vfs/vfs_path.h"
#include "port/port.h"

namespace kinode::vfs {

/// Thread: any, for every function; asks only the capability tables.
class Access {
 public:
  explicit Access(const port::Port& port);

  /// Nothing: go on. `other` is the second path of Rename and CopyFile, and null for the rest.
  ///
  /// A process has every right on the drives of its own package, and with `{"root":true}` on all.
  /// Else it needs the drive's read or write capability. CopyFile only reads its source, so that
  /// either of the two will do there (S18; in the original only write did).
  std::optional<VfsError> refuse(const msg::ProcessId& who, Kind kind, const VfsPath& path,
                                 const VfsPath* other) const;

  /// Whether it may list all packages.
  bool is_root(const msg::ProcessId& who) const;

  /// What CreateDrive gives to whoever asked for the drive, also when it belongs to a package that
  /// is not the asker's: root alone can do that, and holds more anyway (S18).
  msg::Capability read_cap(const VfsPath& path) const { return drive_cap("read", path); }
  msg::Capability write_cap(const VfsPath& path) const { return drive_cap("write", path); }

 private:
  msg::Capability drive_cap(std::string_view kind, const VfsPath& path) const;
  bool owns(const msg::ProcessId& who, const VfsPath& path) const;
  bool may_read(const msg::ProcessId& who, const VfsPath& path) const;
  bool may_write(const msg::ProcessId& who, const VfsPath& path) const;

  const port::Port& port_;
  const msg::Address self_;
  const msg::Capability root_;
};

/// Whether an action needs the right to read, or to write; Rename and CopyFile have two paths.
bool is_reading(Kind kind);
bool has_two_paths(Kind kind);

}  // namespace kinode::vfs
