// Where all changes of drives pass: the home's gate, and what a backup wants kept.
#pragma once

#include <memory>

#include "modules/vfs/kept.h"
#include "store/write_gate.h"

namespace kinode::vfs {

/// One change, from before it begins until it has happened: the gate's pass. What is kept for a
/// backup is kept through it, so that no instant lies between keeping and changing.
class DiskChange {
 public:
  DiskChange() = default;  // of nobody who makes backups
  DiskChange(store::WriteGate::Pass pass, std::shared_ptr<Kept> kept)
      : pass_(std::move(pass)), kept_(std::move(kept)) {}

  /// A backup reads.
  bool is_kept() const { return kept_ != nullptr; }

  // As in Kept; nothing happens when no backup reads.
  void names(int directory) const {
    if (kept_) kept_->keep_names(directory);
  }
  void gone(const Place& place) const {
    if (kept_) kept_->keep_gone(place.directory.get(), place.name);
  }
  void moved(const Place& place) const {
    if (kept_) kept_->keep_moved(place.directory.get(), place.name);
  }
  void bytes(int fd, std::uint64_t offset, std::uint64_t length) const {
    if (kept_) kept_->keep_bytes(fd, offset, length);
  }
  /// True: the tree is removed when the backup has ended.
  bool removes_later(const std::string& name) const {
    if (kept_) kept_->remove_later(name);
    return is_kept();
  }
  /// Names of the file that only the backup has.
  nlink_t pins(const struct stat& info) const {
    return kept_ && !kept_->pinned(id_of(info)).empty() ? 1 : 0;
  }

 private:
  store::WriteGate::Pass pass_;
  std::shared_ptr<Kept> kept_;
};

/// Thread: any. Lifetime: outlives its changes and its frozen parts.
class Keeper final : public port::Freezable {
 public:
  /// `gate`: or none. All outlive it.
  Keeper(const Disk& disk, const Staging& staging, const Clock& clock, store::WriteGate* gate)
      : disk_(disk), staging_(staging), clock_(clock), gate_(gate) {}

  /// Waits while the gate is closed. A thread has one change at a time.
  [[nodiscard]] DiskChange begin();

  /// All drives, without `tmp`: programs write there through WASI, which does not pass here.
  Result<std::unique_ptr<port::FrozenPart>> freeze() override;

 private:
  const Disk& disk_;
  const Staging& staging_;
  const Clock& clock_;
  store::WriteGate* const gate_;
  rt::Mutex mutex_;
  std::weak_ptr<Kept> live_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::vfs
