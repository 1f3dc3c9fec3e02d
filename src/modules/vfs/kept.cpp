#include "modules/vfs/kept.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <unistd.h>

#include "base/limits.h"
#include "port/frozen_files.h"

namespace kinode::vfs {

namespace {

/// Times of files may stand still for some milliseconds, and the clock may be another than theirs.
constexpr std::int64_t kFreshNs = 2'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

Io<std::string> target_of(int directory, const char* name) {
  std::string out(limits::kVfsPathBytesMax, '\0');
  const ssize_t size = ::readlinkat(directory, name, out.data(), out.size());
  if (size < 0) return io_error(errno);
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// False: it has gone, or is of no interest.
Io<bool> describe(int directory, const char* name, std::int64_t instant_ns, KeptChild& out) {
  struct stat info{};
  if (::fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return false;
    return io_error(errno);
  }
  if (type_of(info.st_mode) == FileType::kOther) return false;
  out.entry = port::entry_of(info, name);
  out.id = id_of(info);
  if (out.entry.kind == port::FrozenEntry::Kind::kLink) {
    auto target = target_of(directory, name);
    if (!target) return std::unexpected(std::move(target.error()));
    out.entry.target = std::move(*target);
  }
  const std::int64_t changed_ns = nanoseconds(info.st_ctim);
  if (changed_ns > instant_ns - kFreshNs) {
    out.entry.version.clear();
  } else if (!out.entry.version.empty()) {
    out.entry.version += fmt::format(":{:x}", changed_ns);
  }
  return true;
}

}  // namespace

Io<KeptListing> list_for_backup(int directory, std::int64_t instant_ns) {
  Fd fd(open_beneath(directory, ".", O_RDONLY | O_DIRECTORY, 0, RESOLVE_BENEATH));
  if (!fd.ok()) return io_error(-fd.get());
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(fd.get()), ::closedir);
  if (!list) return io_error(errno);
  fd.release();
  KeptListing out;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(list.get());
    if (entry == nullptr) break;
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    KeptChild child;
    auto there = describe(::dirfd(list.get()), entry->d_name, instant_ns, child);
    if (!there) return std::unexpected(std::move(there.error()));
    if (*there) out.push_back(std::move(child));
  }
  if (errno != 0) return io_error(errno);
  std::ranges::sort(out, {},
                    [](const KeptChild& child) -> const std::string& { return child.entry.path; });
  return out;
}

Kept::~Kept() {
  for (const auto& [id, name] : pinned_) staging_.discard(name);
  for (const auto& name : to_remove_) {
    Removal removal(staging_, name);
    for (auto more = removal.step(); more && *more;) more = removal.step();
  }
}

void Kept::spoil(std::string why) {
  failure_.note(fail(Code::kOverloaded, std::move(why)).error());
}

Status Kept::status() const { return failure_.status(); }

Kept::ListingRef Kept::names_of(int directory) {
  struct stat info{};
  if (::fstat(directory, &info) != 0) {
    spoil(fmt::format("a directory cannot be looked at: {}", std::strerror(errno)));
    return nullptr;
  }
  const FileId id = id_of(info);
  if (auto found = listing_of(id)) return found;
  auto listed = list_for_backup(directory, instant_ns_);
  if (!listed) {
    spoil(fmt::format("a directory cannot be listed: {}", listed.error().text));
    return nullptr;
  }
  bool too_many = false;
  ListingRef out;
  {
    rt::Lock lock(mutex_);
    auto [it, is_new] = listings_.try_emplace(id);
    if (is_new) {
      entries_ += listed->size() + 1;
      it->second = std::make_shared<KeptListing>(std::move(*listed));
    }
    too_many = entries_ > limits::kVfsSavedEntriesMax;
    out = it->second;
  }
  if (too_many) {
    spoil("too many directories changed during the backup: do it when less is written");
  }
  return out;
}

void Kept::keep_names(int directory) {
  if (!failure_.happened()) names_of(directory);
}

namespace {

/// What was at this name at the instant, if it still is.
const KeptChild* child_of(const Kept::ListingRef& listing, const std::string& name, int directory) {
  if (!listing) return nullptr;
  struct stat info{};
  if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return nullptr;
  const auto it = std::ranges::find(*listing, id_of(info), &KeptChild::id);
  return it == listing->end() ? nullptr : &*it;
}

}  // namespace

void Kept::keep_gone(int directory, const std::string& name) {
  if (failure_.happened()) return;
  const ListingRef listing = names_of(directory);
  const KeptChild* child = child_of(listing, name, directory);
  if (child == nullptr) return;
  if (child->entry.kind == port::FrozenEntry::Kind::kFile) return pin(directory, name, child->id);
  if (child->entry.kind != port::FrozenEntry::Kind::kDirectory) return;
  const Fd fd(::openat(directory, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd.ok()) keep_names(fd.get());
}

void Kept::keep_moved(int directory, const std::string& name) {
  if (failure_.happened()) return;
  const ListingRef listing = names_of(directory);
  const KeptChild* child = child_of(listing, name, directory);
  if (child == nullptr) return;
  if (child->entry.kind == port::FrozenEntry::Kind::kFile) return pin(directory, name, child->id);
  if (child->entry.kind != port::FrozenEntry::Kind::kDirectory) return;
  Fd fd(::openat(directory, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  bool too_many = !fd.ok();
  {
    rt::Lock lock(mutex_);
    moved_.try_emplace(child->id, std::move(fd));
    too_many = too_many || moved_.size() > limits::kVfsMovedDirectoriesMax;
  }
  if (too_many) {
    spoil("too many directories were renamed during the backup: do it when less is written");
  }
}

void Kept::pin(int directory, const std::string& name, const FileId& id) {
  if (!pinned(id).empty()) return;
  std::string fresh = staging_.fresh_name();
  if (::linkat(directory, name.c_str(), staging_.directory(), fresh.c_str(), 0) != 0) {
    return spoil(fmt::format("{} cannot be kept for the backup: {}", name, std::strerror(errno)));
  }
  bool too_many = false;
  {
    rt::Lock lock(mutex_);
    auto [it, is_new] = pinned_.try_emplace(id, fresh);
    if (is_new) fresh.clear();
    too_many = ++entries_ > limits::kVfsSavedEntriesMax;
  }
  if (!fresh.empty()) staging_.discard(fresh);
  if (too_many) spoil("too many files went during the backup: do it when less is written");
}

Kept::Old Kept::touch(const struct stat& info) {
  rt::Lock lock(mutex_);
  auto [it, is_new] = changes_.try_emplace(id_of(info));
  if (is_new) {
    it->second.old = {static_cast<std::uint64_t>(info.st_size), nanoseconds(info.st_mtim)};
    ++entries_;
  }
  return it->second.old;
}

void Kept::keep_bytes(int fd, std::uint64_t offset, std::uint64_t length) {
  if (failure_.happened()) return;
  struct stat info{};
  if (::fstat(fd, &info) != 0 || info.st_nlink == 0) return;
  const Old old = touch(info);
  if (offset >= old.size || length == 0) return;
  const std::uint64_t end = offset + std::min(length, old.size - offset);
  for (std::uint64_t block = offset / limits::kVfsSavedBlockBytes;
       block * limits::kVfsSavedBlockBytes < end; ++block) {
    if (!keep_block(fd, id_of(info), block, old.size)) return;
  }
}

int Kept::side_file() {
  {
    rt::Lock lock(mutex_);
    if (side_.ok()) return side_.get();
  }
  auto file = staging_.create();
  if (!file) return -1;
  staging_.discard(file->name);  // it goes with its handle
  rt::Lock lock(mutex_);
  if (!side_.ok()) side_ = std::move(file->fd);
  return side_.get();
}

/// False: the backup is spoilt.
bool Kept::keep_block(int fd, const FileId& id, std::uint64_t block, std::uint64_t size) {
  std::uint64_t at = 0;
  const int side = side_file();
  const std::uint64_t begin = block * limits::kVfsSavedBlockBytes;
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(limits::kVfsSavedBlockBytes, size - begin));
  {
    rt::Lock lock(mutex_);
    if (changes_[id].blocks.contains(block)) return true;
    at = side_end_;
    side_end_ += limits::kVfsSavedBlockBytes;
  }
  if (side < 0 || at + limits::kVfsSavedBlockBytes > limits::kVfsSavedBytesMax) {
    spoil(
        fmt::format("more than {} MB of files were overwritten during the backup: do it when "
                    "less is written",
                    limits::kVfsSavedBytesMax >> 20));
    return false;
  }
  std::vector<std::byte> bytes(count);
  const ssize_t got = ::pread(fd, bytes.data(), count, static_cast<off_t>(begin));
  // Less: it was shorter than at the instant already, and what is missing was kept then.
  if (got < 0 ||
      ::pwrite(side, bytes.data(), count, static_cast<off_t>(at)) != static_cast<ssize_t>(count)) {
    spoil(fmt::format("bytes that were overwritten cannot be kept: {}", std::strerror(errno)));
    return false;
  }
  rt::Lock lock(mutex_);
  changes_[id].blocks.try_emplace(block, at);
  return true;
}

void Kept::remove_later(std::string name) {
  rt::Lock lock(mutex_);
  to_remove_.push_back(std::move(name));
}

Kept::ListingRef Kept::listing_of(const FileId& directory) const {
  rt::Lock lock(mutex_);
  const auto it = listings_.find(directory);
  return it == listings_.end() ? nullptr : it->second;
}

std::string Kept::pinned(const FileId& file) const {
  rt::Lock lock(mutex_);
  const auto it = pinned_.find(file);
  return it == pinned_.end() ? std::string() : it->second;
}

Fd Kept::moved(const FileId& directory) const {
  rt::Lock lock(mutex_);
  const auto it = moved_.find(directory);
  if (it == moved_.end() || !it->second.ok()) return {};
  return Fd(::fcntl(it->second.get(), F_DUPFD_CLOEXEC, 0));
}

std::optional<Kept::Old> Kept::changed(const FileId& file) const {
  rt::Lock lock(mutex_);
  const auto it = changes_.find(file);
  if (it == changes_.end()) return std::nullopt;
  return it->second.old;
}

Result<bool> Kept::lay_over(const FileId& file, std::uint64_t offset, std::size_t valid,
                            std::span<std::byte> into) const {
  struct Piece {
    std::uint64_t side;
    std::size_t at;
    std::size_t size;
  };
  std::vector<Piece> pieces;
  bool complete = true;
  int side = -1;
  {
    rt::Lock lock(mutex_);
    side = side_.get();
    static const std::map<std::uint64_t, std::uint64_t> kNone;
    const auto change = changes_.find(file);
    const auto& blocks = change == changes_.end() ? kNone : change->second.blocks;
    constexpr std::uint64_t kBlock = limits::kVfsSavedBlockBytes;
    for (std::uint64_t at = offset; at < offset + into.size();) {
      const std::uint64_t end = std::min((at / kBlock + 1) * kBlock, offset + into.size());
      const auto kept = blocks.find(at / kBlock);
      if (kept != blocks.end()) {
        pieces.push_back({kept->second + at % kBlock, at - offset, end - at});
      } else if (end - offset > valid) {
        complete = false;
      }
      at = end;
    }
  }
  for (const auto& piece : pieces) {
    if (!read_at(side, into.data() + piece.at, piece.size, piece.side)) {
      return fail(Code::kIo,
                  fmt::format("what was kept of a file cannot be read: {}", std::strerror(errno)));
    }
  }
  return complete;
}

}  // namespace kinode::vfs
