// One writer of a repository at a time (docs/formats/backup.md, "Locks").
#pragma once

#include <memory>

#include "base/clock.h"
#include "modules/backup/keys.h"
#include "modules/backup/target.h"

namespace kinode::backup {

/// Names this process to people, and to `holder_is_gone`.
std::string this_holder();

/// True: it was a process of this machine, and is no more. False: it lives, or nobody here can
/// tell.
bool holder_is_gone(std::string_view holder);

/// Held for as long as it lives, if it is renewed; whoever dies lets go of it after
/// limits::kBackupLockTime, or at once if the next writer can see that. One thread.
class WriterLock {
 public:
  /// kUnavailable says who writes.
  static Result<std::unique_ptr<WriterLock>> take(Target& target, const Clock& clock,
                                                  Random& random, std::string holder);
  ~WriterLock();
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  /// Cheap; writes every limits::kBackupLockRenewTime.
  Status renew();

 private:
  WriterLock(Target& target, const Clock& clock, const ObjectId& id, std::string holder)
      : target_(target), clock_(clock), id_(id), holder_(std::move(holder)) {}
  Status write();
  Status refuse_others();

  Target& target_;
  const Clock& clock_;
  const ObjectId id_;
  const std::string holder_;
  Instant written_{};
};

/// A lock object's content, bounded.
struct LockText {
  std::int64_t expires_unix_ms = 0;
  std::string holder;
  bool operator==(const LockText&) const = default;
};
ByteVector encode_lock(const LockText& lock);
Result<LockText> decode_lock(ByteView bytes);

}  // namespace kinode::backup
