#include "modules/backup/writer_lock.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fmt/format.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "base/limits.h"
#include "modules/backup/wire.h"

namespace kinode::backup {

namespace {

constexpr std::string_view kPrefix = "locks/";
constexpr std::string_view kMagic = "KNBlock1";
constexpr std::string_view kProcess = "process ";
constexpr std::size_t kHolderBytesMax = 1024;

/// Process ids mean something within one name space of one machine.
std::string this_machine() {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  struct stat space{};
  ::stat("/proc/self/ns/pid", &space);
  return fmt::format("{} ({})", host, space.st_ino);
}

std::int64_t lock_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(limits::kBackupLockTime).count();
}

}  // namespace

std::string this_holder() {
  return fmt::format("{}{} of {}", kProcess, ::getpid(), this_machine());
}

bool holder_is_gone(std::string_view holder) {
  if (!holder.starts_with(kProcess)) return false;
  holder.remove_prefix(kProcess.size());
  pid_t pid = 0;
  const auto read = std::from_chars(holder.data(), holder.data() + holder.size(), pid);
  if (read.ec != std::errc() || pid <= 0) return false;
  const std::string_view rest(read.ptr, holder.data() + holder.size());
  return rest == " of " + this_machine() && ::kill(pid, 0) != 0 && errno == ESRCH;
}

ByteVector encode_lock(const LockText& lock) {
  WireWriter out;
  out.raw(as_bytes(kMagic));
  out.number(lock.expires_unix_ms);
  out.text(lock.holder);
  return out.take();
}

Result<LockText> decode_lock(ByteView bytes) {
  WireReader in(bytes);
  LockText out;
  const std::string_view magic = as_text(in.raw(kMagic.size()));
  out.expires_unix_ms = in.number<std::int64_t>();
  out.holder = in.text();
  if (!in.ok() || !in.at_end() || magic != kMagic || out.holder.size() > kHolderBytesMax) {
    return fail(Code::kCorrupt, "the lock is damaged: remove it when nobody writes");
  }
  return out;
}

Status WriterLock::refuse_others() {
  auto others = target_.list(kPrefix);
  if (!others) return std::unexpected(std::move(others.error()));
  for (const TargetObject& other : *others) {
    if (other.name == std::string(kPrefix) + id_.text()) continue;
    auto bytes = target_.get(other.name);
    if (!bytes && bytes.error().code == Code::kNotFound) continue;  // let go of just now
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    auto lock = decode_lock(*bytes);
    if (!lock) return fail_in(target_.place() + "/" + other.name, std::move(lock.error()));
    // A clock that runs ahead must not lock forever.
    const std::int64_t left = std::min(lock->expires_unix_ms - clock_.unix_ms(), lock_ms());
    if (left <= 0 || holder_is_gone(lock->holder)) {
      if (auto ok = target_.remove(other.name); !ok) return ok;
      continue;
    }
    return fail(Code::kUnavailable,
                fmt::format("another backup writes to {}: {}. Wait until it is done; if it died, "
                            "its lock ends by itself in {} minutes",
                            target_.place(), printable(lock->holder), left / 60'000 + 1));
  }
  return {};
}

Status WriterLock::write() {
  written_ = clock_.now();
  return target_.put(std::string(kPrefix) + id_.text(),
                     encode_lock({clock_.unix_ms() + lock_ms(), holder_}));
}

Result<std::unique_ptr<WriterLock>> WriterLock::take(Target& target, const Clock& clock,
                                                     Random& random, std::string holder) {
  std::unique_ptr<WriterLock> lock(
      new WriterLock(target, clock, ObjectId::random(random), std::move(holder)));
  // Looked at before and after: who comes at the same time sees at least one of two locks.
  if (auto ok = lock->refuse_others(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = lock->write(); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = lock->refuse_others(); !ok) return std::unexpected(std::move(ok.error()));
  return lock;
}

WriterLock::~WriterLock() {
  // If that fails, the lock ends by its time.
  std::ignore = target_.remove(std::string(kPrefix) + id_.text());
}

Status WriterLock::renew() {
  if (clock_.now() - written_ < limits::kBackupLockRenewTime) return {};
  return write();
}

}  // namespace kinode::backup
