#include "modules/vfs/keeper.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "port/frozen_files.h"

namespace kinode::vfs {

namespace {

using FrozenKind = port::FrozenEntry::Kind;

/// Deeper trees are not made by programs: a path has 4,096 bytes.
constexpr std::size_t kDepthMax = 250;

class FileContent final : public port::FrozenContent {
 public:
  FileContent(std::shared_ptr<const Kept> kept, const FileId& id, Fd fd, std::uint64_t size,
              std::string path)
      : kept_(std::move(kept)), id_(id), fd_(std::move(fd)), size_(size), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset >= size_) return 0;
    const std::size_t want = std::min<std::uint64_t>(into.size(), size_ - offset);
    const auto valid = read_at(fd_.get(), into.data(), want, offset);
    if (!valid) return fail(Code::kIo, fmt::format("{}: {}", path_, std::strerror(errno)));
    auto complete = kept_->lay_over(id_, offset, *valid, into.first(want));
    if (!complete) return std::unexpected(std::move(complete.error()));
    if (auto ok = kept_->status(); !ok) return std::unexpected(std::move(ok.error()));
    if (!*complete) {
      return fail(Code::kUnavailable,
                  fmt::format("{} became shorter while it was read, and not through the node: "
                              "leave the drives alone during a backup",
                              path_));
    }
    return want;
  }

 private:
  const std::shared_ptr<const Kept> kept_;
  const FileId id_;
  const Fd fd_;
  const std::uint64_t size_;
  const std::string path_;
};

}  // namespace

class FrozenTree final : public port::FrozenPart {
 public:
  FrozenTree(std::shared_ptr<Kept> kept, const Disk& disk, const Staging& staging)
      : kept_(std::move(kept)), disk_(disk), staging_(staging) {}

  Status walk(const Visit& visit) override {
    auto root = disk_.open_root();
    struct stat info{};
    if (!root || ::fstat(root->get(), &info) != 0) {
      return fail(Code::kIo, "the directory of the drives cannot be opened");
    }
    if (auto ok = visit(port::entry_of(info, "vfs")); !ok) return ok;
    if (auto ok = walk_directory("vfs", std::move(*root), id_of(info), 0, visit); !ok) return ok;
    return kept_->status();
  }

  Result<std::unique_ptr<port::FrozenContent>> open(const port::FrozenEntry& file) override {
    constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    Fd fd(::openat(directory_, name.c_str(), kFlags));
    struct stat info{};
    const bool same = fd.ok() && ::fstat(fd.get(), &info) == 0 && id_of(info) == id_;
    if (!same) {
      const std::string pinned = kept_->pinned(id_);
      if (!pinned.empty()) fd = Fd(::openat(staging_.directory(), pinned.c_str(), kFlags));
      if (pinned.empty() || !fd.ok()) {
        if (auto ok = kept_->status(); !ok) return std::unexpected(std::move(ok.error()));
        return fail(Code::kUnavailable,
                    fmt::format("{} cannot be opened, or went, and not through the node: leave the "
                                "drives alone during a backup",
                                printable(file.path)));
      }
    }
    return std::make_unique<FileContent>(kept_, id_, std::move(fd), file.size, file.path);
  }

 private:
  Status walk_directory(const std::string& path, Fd fd, const FileId& id, std::size_t depth,
                        const Visit& visit) {
    if (depth > kDepthMax) {
      return fail(Code::kUnsupported,
                  fmt::format("{} is nested too deeply for a backup", printable(path)));
    }
    Io<KeptListing> read = fd.ok() ? list_for_backup(fd.get(), kept_->instant_ns())
                                   : Io<KeptListing>(io_error(ENOENT));
    const Kept::ListingRef kept = kept_->listing_of(id);
    if (!kept && !read) {
      if (auto ok = kept_->status(); !ok) return ok;
      return fail(Code::kUnavailable,
                  fmt::format("{} cannot be read ({}): leave the drives alone during a backup",
                              printable(path), read.error().text));
    }
    for (const KeptChild& child : kept ? *kept : *read) {
      const std::string& name = child.entry.path;
      if (depth == 0 && name == kStagingName) continue;
      if (depth == 1 && name == "tmp") continue;
      if (auto ok = walk_child(path, fd, child, depth, visit); !ok) return ok;
      if (auto ok = kept_->status(); !ok) return ok;
    }
    return {};
  }

  Status walk_child(const std::string& path, const Fd& fd, const KeptChild& child,
                    std::size_t depth, const Visit& visit) {
    port::FrozenEntry entry = child.entry;
    const std::string name = entry.path;
    entry.path = path + "/" + name;
    if (entry.kind == FrozenKind::kFile) {
      if (const auto old = kept_->changed(child.id)) {
        entry.size = old->size;
        entry.modified_ns = old->modified_ns;
        entry.version.clear();
      }
      directory_ = fd.get();
      id_ = child.id;
    }
    if (auto ok = visit(entry); !ok || entry.kind != FrozenKind::kDirectory) return ok;
    Fd below(fd.ok()
                 ? ::openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                 : -1);
    struct stat info{};
    const bool same = below.ok() && ::fstat(below.get(), &info) == 0 && id_of(info) == child.id;
    if (!same) below = kept_->moved(child.id);
    return walk_directory(entry.path, std::move(below), child.id, depth + 1, visit);
  }

  const std::shared_ptr<Kept> kept_;
  const Disk& disk_;
  const Staging& staging_;
  // The file that is being visited.
  int directory_ = -1;
  FileId id_;
};

DiskChange Keeper::begin() {
  auto pass = store::pass(gate_);
  rt::Lock lock(mutex_);
  return {std::move(pass), live_.lock()};
}

Result<std::unique_ptr<port::FrozenPart>> Keeper::freeze() {
  auto kept = std::make_shared<Kept>(staging_, clock_.unix_ms() * 1'000'000);
  rt::Lock lock(mutex_);
  live_ = kept;
  return std::make_unique<FrozenTree>(std::move(kept), disk_, staging_);
}

}  // namespace kinode::vfs
