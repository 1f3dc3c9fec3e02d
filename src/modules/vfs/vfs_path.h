// Paths of the vfs: text from outside becomes one of these, or an error (io.md 8.2).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "modules/vfs/vfs_error.h"
#include "msg/address.h"

namespace kinode::vfs {

/// `/<package>:<publisher>/<drive>/<rest>`, normalised: it names a drive or something below it and
/// cannot name anything else. Links on disk are another matter: see Disk, which opens it.
class VfsPath {
 public:
  /// Leading slashes, then backslashes, may be there or not. `.` and empty parts are dropped, `..`
  /// takes one part away, also across drives: what results is what counts. MalformedRequest when
  /// that is above the root, names no drive, its package is not `x:y`, or there is a NUL.
  static Io<VfsPath> parse(std::string_view text);

  const msg::PackageId& package() const { return package_; }

  /// `/p:n.os/data`, as it stands in capabilities.
  std::string drive() const { return "/" + std::string(drive_below_root()); }
  std::string_view drive_name() const;

  /// `p:n.os/data/a.txt`: what programs see in listings, and the path to open beneath the root.
  const std::string& below_root() const { return text_; }
  std::string_view drive_below_root() const {
    return std::string_view(text_).substr(0, drive_size_);
  }

  /// `a.txt`; empty for the drive itself.
  std::string_view below_drive() const;
  bool is_drive() const { return text_.size() == drive_size_; }

  /// With the leading slash.
  std::string text() const { return "/" + text_; }

  /// The last part, and what is before it: for a drive, its package's directory.
  std::string_view name() const;
  std::string_view parent_below_root() const;

  bool operator==(const VfsPath&) const = default;

 private:
  VfsPath() = default;

  std::string text_;
  std::size_t drive_size_ = 0;
  msg::PackageId package_;
};

/// Whether `path` is `directory` or below it; both below the root.
inline bool is_at_or_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace kinode::vfs
