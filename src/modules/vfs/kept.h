// What a backup needs of names and contents that change while it reads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "modules/vfs/staging.h"
#include "port/frozen.h"
#include "port/frozen_failure.h"
#include "rt/mutex.h"

namespace kinode::vfs {

struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};
inline FileId id_of(const struct stat& info) { return {info.st_dev, info.st_ino}; }

/// A name in a directory as it stood at the instant; `entry.path` is the name alone.
struct KeptChild {
  port::FrozenEntry entry;
  FileId id;
};
using KeptListing = std::vector<KeptChild>;

/// The names in a directory, in order; what is neither file, directory nor link is left out.
/// `instant_ns`: contents that changed shortly before it, or later, have no version.
Io<KeptListing> list_for_backup(int directory, std::int64_t instant_ns);

/// Of one backup. Whoever changes something keeps what was before it changes, and the first that is
/// kept counts: what a second one read may be mixed. So the reader reads from the disk, and asks
/// here afterwards: if nothing was kept by then, nothing had changed when it read.
///
/// What cannot be kept spoils the backup and never the change.
/// Thread: any; blocks. Lifetime: not longer than the staging directory.
class Kept {
 public:
  Kept(const Staging& staging, std::int64_t instant_ns)
      : staging_(staging), instant_ns_(instant_ns) {}
  /// What was pinned or waits to be removed goes.
  ~Kept();
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  // --- for who changes something: before it does ---

  /// Names in this directory come or go. `directory` may be an O_PATH handle.
  void keep_names(int directory);
  /// The file at this name goes or gets another content by another file; or an empty directory.
  void keep_gone(int directory, const std::string& name);
  /// The file or directory at this name gets another name.
  void keep_moved(int directory, const std::string& name);
  /// The bytes from `offset` on, `length` of them, are overwritten or cut off.
  void keep_bytes(int fd, std::uint64_t offset, std::uint64_t length);
  /// A tree in the staging directory is not taken apart before the backup has ended.
  void remove_later(std::string name);

  // --- for the reader ---

  using ListingRef = std::shared_ptr<const KeptListing>;
  ListingRef listing_of(const FileId& directory) const;
  /// The file's other name in the staging directory; empty: none.
  std::string pinned(const FileId& file) const;
  /// A handle of a directory that has another name now.
  Fd moved(const FileId& directory) const;
  struct Old {
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
  };
  std::optional<Old> changed(const FileId& file) const;
  /// Puts what was kept of the file's bytes over what was read from `offset` on. True: of all of
  /// `into` behind the first `valid` bytes something was kept.
  Result<bool> lay_over(const FileId& file, std::uint64_t offset, std::size_t valid,
                        std::span<std::byte> into) const;
  std::int64_t instant_ns() const { return instant_ns_; }

  /// Why the backup cannot go on.
  Status status() const;

 private:
  struct Change {
    Old old;
    std::map<std::uint64_t, std::uint64_t> blocks;  // number: offset in the side file
  };

  void spoil(std::string why);
  ListingRef names_of(int directory);
  void pin(int directory, const std::string& name, const FileId& id);
  Old touch(const struct stat& info);
  bool keep_block(int fd, const FileId& id, std::uint64_t block, std::uint64_t size);
  int side_file();

  const Staging& staging_;
  const std::int64_t instant_ns_;
  port::FrozenFailure failure_;
  mutable rt::Mutex mutex_;
  std::size_t entries_ __attribute__((guarded_by(mutex_))) = 0;
  std::map<FileId, ListingRef> listings_ __attribute__((guarded_by(mutex_)));
  std::map<FileId, std::string> pinned_ __attribute__((guarded_by(mutex_)));
  std::map<FileId, Fd> moved_ __attribute__((guarded_by(mutex_)));
  std::map<FileId, Change> changes_ __attribute__((guarded_by(mutex_)));
  std::vector<std::string> to_remove_ __attribute__((guarded_by(mutex_)));
  Fd side_ __attribute__((guarded_by(mutex_)));
  std::uint64_t side_end_ __attribute__((guarded_by(mutex_))) = 0;
};

}  // namespace kinode::vfs
