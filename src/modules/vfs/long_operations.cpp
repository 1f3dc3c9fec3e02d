// What may take long, and makes room for others again and again: hashing, copying, deleting.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "base/limits.h"
#include "crypto/hash.h"
#include "modules/vfs/file_io.h"

namespace kinode::vfs {

namespace {

/// In the cache of the processor when it is hashed.
constexpr std::size_t kHashChunkBytes = 256u << 10;

class HashFile final : public Operation {
 public:
  HashFile(const Tools& tools, const Order& order)
      : tools_(tools), order_(order), chunk_(kHashChunkBytes) {}

  std::optional<Outcome> step() override {
    if (!fd_.ok()) {
      auto opened = tools_.disk.open_file(order_.path, O_RDONLY);
      if (!opened) return pass_on(opened);
      fd_ = std::move(*opened);
      ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
    }
    const std::uint64_t end = offset_ + limits::kVfsStepBytes;
    while (offset_ < end) {
      const ssize_t got =
          ::pread(fd_.get(), chunk_.data(), chunk_.size(), static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error(errno);
      if (got == 0) return finish();
      hash_.add({chunk_.data(), static_cast<std::size_t>(got)});
      offset_ += static_cast<std::uint64_t>(got);
    }
    return std::nullopt;
  }

 private:
  Outcome finish() {
    if (!tools_.open.set_cursor(order_.process, order_.run, order_.path, offset_))
      return io_error(EMFILE);
    return Reply{encode_hash(hash_.finish()), nullptr};
  }

  const Tools& tools_;
  const Order& order_;
  Fd fd_;
  crypto::Sha256 hash_;
  ByteVector chunk_;
  std::uint64_t offset_ = 0;
};

/// Beside the target and then in its place; holes stay holes.
class CopyFile final : public Operation {
 public:
  CopyFile(const Tools& tools, const Order& order) : tools_(tools), order_(order) {}
  ~CopyFile() override {
    if (file_) tools_.staging.discard(file_->name);
  }

  std::optional<Outcome> step() override {
    if (!file_) {
      auto begun = begin();
      if (!begun) return pass_on(begun);
      if (!*begun) return ok_reply();
    }
    auto more = copy_some();
    if (!more) return pass_on(more);
    if (*more) return std::nullopt;
    return finish();
  }

 private:
  /// False: source and target are one file, so there is nothing to do.
  Io<bool> begin() {
    if (order_.other->is_drive()) return io_error(EISDIR);
    auto from = tools_.disk.open_file(order_.path, O_RDONLY);
    if (!from) {
      if (from.error().number != EISDIR) return pass_on(from);
      return io_error("the source path is neither a regular file nor a symlink to a regular file");
    }
    from_ = std::move(*from);
    const auto info = status_of(from_.get());
    if (!info) return std::unexpected(info.error());
    const auto there = tools_.disk.status(*order_.other);
    if (there) {
      if (there->st_dev == info->st_dev && there->st_ino == info->st_ino) return false;
      if (S_ISDIR(there->st_mode)) return io_error(EISDIR);
    } else if (there.error().number != ENOENT) {
      return std::unexpected(there.error());
    }
    size_ = info->st_size;
    auto place = tools_.disk.place_of(*order_.other);
    if (!place) return pass_on(place);
    place_ = std::move(*place);
    auto file = tools_.staging.create();
    if (!file) return pass_on(file);
    file_ = std::move(*file);
    if (::fchmod(file_->fd.get(), info->st_mode & 07777) != 0) return io_error(errno);
    return true;
  }

  Io<bool> copy_some() {
    off_t left = static_cast<off_t>(limits::kVfsStepBytes);
    while (left > 0 && offset_ < size_) {
      const off_t data = ::lseek(from_.get(), offset_, SEEK_DATA);
      if (data < 0 && errno == ENXIO) {  // a hole until the end
        offset_ = size_;
        break;
      }
      if (data >= 0) offset_ = std::max(offset_, data);
      off_t end = ::lseek(from_.get(), offset_, SEEK_HOLE);
      if (end <= offset_) end = size_;
      auto copied = copy_range(std::min({end, size_, offset_ + left}) - offset_);
      if (!copied) return pass_on(copied);
      if (*copied == 0) {  // it became shorter
        size_ = offset_;
        break;
      }
      left -= *copied;
    }
    return offset_ < size_;
  }

  Io<off_t> copy_range(off_t length) {
    off_t in = offset_;
    off_t out = offset_;
    const ssize_t put = ::copy_file_range(from_.get(), &in, file_->fd.get(), &out,
                                          static_cast<std::size_t>(length), 0);
    if (put >= 0) {
      offset_ += put;
      return put;
    }
    if (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP && errno != ENOSYS) {
      return io_error(errno);
    }
    const std::uint64_t part =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(length), 1u << 20);
    auto bytes = read_range(from_.get(), static_cast<std::uint64_t>(offset_), part);
    if (!bytes) return pass_on(bytes);
    auto ok = write_all(file_->fd.get(), bytes->view(), static_cast<std::uint64_t>(offset_));
    if (!ok) return pass_on(ok);
    offset_ += static_cast<off_t>(bytes->size());
    return static_cast<off_t>(bytes->size());
  }

  Outcome finish() {
    if (::ftruncate(file_->fd.get(), size_) != 0) return io_error(errno);
    auto ok = put_in_place(tools_, *file_, place_, *order_.other);
    if (!ok) return pass_on(ok);
    file_.reset();
    return ok_reply();
  }

  const Tools& tools_;
  const Order& order_;
  Fd from_;
  Place place_;
  std::optional<Staging::File> file_;
  off_t offset_ = 0;
  off_t size_ = 0;
};

/// Out of the drive by one rename, then taken apart.
class RemoveAll final : public Operation {
 public:
  RemoveAll(const Tools& tools, const Order& order) : tools_(tools), order_(order) {}

  std::optional<Outcome> step() override {
    if (!removal_) {
      auto begun = begin();
      if (!begun) return pass_on(begun);
      if (!removal_) return ok_reply();  // it was a link, or a backup takes it apart
    }
    auto more = removal_->step();
    if (!more) return pass_on(more);
    if (*more) return std::nullopt;
    return ok_reply();
  }

 private:
  Io<void> begin() {
    auto place = tools_.disk.place_of(order_.path);
    if (!place) return pass_on(place);
    const int directory = place->directory.get();
    struct stat info{};
    if (::fstatat(directory, place->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      return io_error(errno);
    }
    if (S_ISLNK(info.st_mode)) {
      const DiskChange change = tools_.keeper.begin();
      change.gone(*place);
      if (::unlinkat(directory, place->name.c_str(), 0) != 0) return io_error(errno);
      tools_.open.forget_below(order_.path);
      return settle_names(tools_, directory);
    }
    if (!S_ISDIR(info.st_mode)) return io_error(ENOTDIR);
    std::string name = tools_.staging.fresh_name();
    {
      const DiskChange change = tools_.keeper.begin();
      change.moved(*place);
      if (::renameat(directory, place->name.c_str(), tools_.staging.directory(), name.c_str()) !=
          0) {
        return io_error(errno);
      }
      if (!change.removes_later(name)) removal_.emplace(tools_.staging, std::move(name));
    }
    tools_.open.forget_below(order_.path);
    return settle_names(tools_, directory);
  }

  const Tools& tools_;
  const Order& order_;
  std::optional<Removal> removal_;
};

class InOneGo final : public Operation {
 public:
  using Run = Outcome (*)(const Tools&, const Order&);
  InOneGo(Run run, const Tools& tools, const Order& order)
      : run_(run), tools_(tools), order_(order) {}
  std::optional<Outcome> step() override { return run_(tools_, order_); }

 private:
  const Run run_;
  const Tools& tools_;
  const Order& order_;
};

}  // namespace

bool is_about_a_tree(Kind kind) {
  switch (kind) {
    case Kind::kCreateDrive:
    case Kind::kCreateDir:
    case Kind::kCreateDirAll:
    case Kind::kReadDir:
    case Kind::kReadDirPage:
    case Kind::kRemoveDir:
    case Kind::kRemoveDirAll:
    case Kind::kRename:
    case Kind::kCopyFile:
    case Kind::kAddZip:
      return true;
    default:
      return false;
  }
}

std::unique_ptr<Operation> make_operation(const Tools& tools, const Order& order) {
  switch (order.action.kind) {
    case Kind::kHash:
      return std::make_unique<HashFile>(tools, order);
    case Kind::kCopyFile:
      return std::make_unique<CopyFile>(tools, order);
    case Kind::kRemoveDirAll:
      return std::make_unique<RemoveAll>(tools, order);
    case Kind::kAddZip:
      return make_add_zip(tools, order);
    default:
      return std::make_unique<InOneGo>(
          is_about_a_tree(order.action.kind) ? operate_on_tree : operate_on_file, tools, order);
  }
}

}  // namespace kinode::vfs
