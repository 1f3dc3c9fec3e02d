// Opening, writing and removing a file, and which operation is which (io.md 8.3).
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/vfs/file_work.h"

namespace kinode::vfs {

namespace {

/// Of a write, between which a backup may see the file.
constexpr std::size_t kPieceBytes = limits::kVfsWriteBytesPerPass;

bool is_only_for_reading(const VfsError& error) {
  return error.number == EACCES || error.number == EPERM || error.number == EROFS ||
         error.number == ETXTBSY;
}

}  // namespace

Io<Opened> FileWork::open(Use use) {
  const OpenFiles::Found found = tools_.open.find(order_.process, path());
  if (found.handle && !is_shared() && (use == Use::kRead || found.handle->writable)) {
    const auto extent = extent_of(found.handle->fd.get());
    // Somebody outside may have put another file in its place.
    if (extent && extent->has_name) return Opened{found.handle, found.cursor, extent->size};
  }
  if (patience_ == Patience::kNone) return io_error(EAGAIN);
  return open_anew(use, O_RDWR, found, found.cursor);
}

Io<Opened> FileWork::open_anew(Use use, int flags, const OpenFiles::Found& found,
                               std::uint64_t cursor) {
  auto handle = std::make_shared<Handle>();
  auto fd = tools_.disk.open_file(path(), flags);
  handle->writable = fd.has_value();
  if (!fd && use == Use::kRead && is_only_for_reading(fd.error())) {
    fd = tools_.disk.open_file(path(), O_RDONLY);
  }
  if (!fd) return pass_on(fd);
  handle->fd = std::move(*fd);
  const auto extent = extent_of(handle->fd.get());
  if (!extent) return std::unexpected(extent.error());
  if (auto ok = keep(handle, cursor, found.epoch); !ok) return pass_on(ok);
  return Opened{std::move(handle), cursor, extent->size};
}

Io<void> FileWork::keep(HandleRef handle, std::uint64_t cursor, std::uint64_t epoch) {
  if (is_shared()) return move_to(cursor);
  const auto put =
      tools_.open.put(order_.process, order_.run, path(), std::move(handle), cursor, epoch);
  if (!put.kept) return io_error(EMFILE);
  if (put.hit_limit) tools_.on_limit();
  return {};
}

Io<void> FileWork::move_to(std::uint64_t cursor) {
  if (!tools_.open.set_cursor(order_.process, order_.run, path(), cursor)) return io_error(EMFILE);
  return {};
}

Outcome FileWork::create_file() {
  if (path().is_drive()) return io_error(EISDIR);
  auto opened = [&]() -> Io<Opened> {
    const DiskChange change = tools_.keeper.begin();
    keep_place(change);
    const auto found = tools_.open.find(order_.process, path());
    auto made = open_anew(Use::kWrite, O_RDWR | O_CREAT, found, 0);
    if (!made || made->size == 0) return made;
    if (auto ok = truncate(change, made->fd(), 0); !ok) return pass_on(ok);
    return made;
  }();
  if (!opened) return pass_on(opened);
  return settled(opened->fd());
}

void FileWork::keep_place(const DiskChange& change) {
  if (!change.is_kept()) return;
  const auto place = tools_.disk.place_of(path());
  if (!place) return;
  struct stat info{};
  const int directory = place->directory.get();
  const bool exists = ::fstatat(directory, place->name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists) change.names(directory);
}

Io<void> FileWork::truncate(const DiskChange& change, int fd, std::uint64_t length) {
  change.bytes(fd, length, kOffsetMax);
  const auto pass = tools_.growth.enter();
  if (::ftruncate(fd, static_cast<off_t>(length)) != 0) return io_error(errno);
  return {};
}

Outcome FileWork::open_file() {
  if (order_.action.create) {
    if (path().is_drive()) return io_error(EISDIR);
    auto opened = [&] {
      const DiskChange change = tools_.keeper.begin();
      keep_place(change);
      const auto found = tools_.open.find(order_.process, path());
      return open_anew(Use::kRead, O_RDWR | O_CREAT, found, 0);
    }();
    if (!opened) return pass_on(opened);
    return settled(opened->fd());
  }
  auto opened = open(Use::kRead);
  if (!opened) return pass_on(opened);
  if (auto ok = move_to(0); !ok) return pass_on(ok);
  return ok_reply();
}

/// Beside the old content and then in its place: a crash leaves one of the two, and who reads
/// meanwhile sees one of the two.
Outcome FileWork::write_whole() {
  if (path().is_drive()) return io_error(EISDIR);
  auto place = tools_.disk.place_of(path());
  if (!place) return pass_on(place);
  struct stat there{};
  const int directory = place->directory.get();
  const char* name = place->name.c_str();
  const bool exists = ::fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists && errno != ENOENT) return io_error(errno);
  if (exists) {
    if (S_ISDIR(there.st_mode)) return io_error(EISDIR);
    // Another name of the file, or what a link names, is to have the new content, too.
    const nlink_t names = there.st_nlink - tools_.keeper.begin().pins(there);
    if (!S_ISREG(there.st_mode) || names > 1) return write_over();
    if (::faccessat(directory, name, W_OK, AT_EACCESS) != 0) return io_error(errno);
  }
  auto file = tools_.staging.create();
  if (!file) return pass_on(file);
  if (exists) ::fchmod(file->fd.get(), there.st_mode & 07777);
  auto ok = write_all(file->fd.get(), content(), 0);
  if (ok) ok = put_in_place(tools_, *file, *place, path());
  if (ok) return ok_reply();
  tools_.staging.discard(file->name);
  if (ok.error().number == EXDEV) return write_over();  // the drive is a file system of its own
  return pass_on(ok);
}

Outcome FileWork::write_over() {
  auto fd = [&]() -> Io<Fd> {
    const DiskChange change = tools_.keeper.begin();
    keep_place(change);
    // To be read, too: what is overwritten may be wanted by a backup.
    auto opened = tools_.disk.open_file(path(), O_RDWR | O_CREAT);
    if (!opened) opened = tools_.disk.open_file(path(), O_WRONLY);
    if (!opened) return opened;
    if (auto ok = truncate(change, opened->get(), 0); !ok) return pass_on(ok);
    return opened;
  }();
  if (!fd) return pass_on(fd);
  for (std::size_t done = 0; done < content().size();) {
    const ByteView part =
        content().subspan(done).first(std::min(content().size() - done, kPieceBytes));
    const DiskChange change = tools_.keeper.begin();
    change.bytes(fd->get(), done, part.size());
    if (auto ok = write_all(fd->get(), part, done); !ok) return pass_on(ok);
    done += part.size();
  }
  return settled(fd->get());
}

/// Of a file that may be new: its content, and its name where the path says it is.
Outcome FileWork::settled(int fd) {
  if (tools_.durability == store::Durability::kProcess) return ok_reply();
  auto place = tools_.disk.place_of(path());
  if (!place) return pass_on(place);
  auto ok = settle_content(tools_, fd);
  if (ok) ok = settle_names(tools_, place->directory.get());
  if (!ok) return pass_on(ok);
  return ok_reply();
}

/// All of the content at `offset` or, without one, at the end as it is at that moment, also when
/// others append. What does not fit makes the file no longer.
Io<void> FileWork::put(const Opened& file, std::optional<std::uint64_t> offset) {
  if (offset && *offset > kOffsetMax - content().size()) return io_error(EFBIG);
  ByteView rest = content();
  std::uint64_t done = 0;
  while (!rest.empty()) {
    // What is appended stays together; other writes are seen piece by piece.
    const iovec part{const_cast<std::uint8_t*>(rest.data()),
                     std::min<std::size_t>(rest.size(), offset ? kPieceBytes : 1u << 30)};
    ssize_t put = 0;
    {
      const DiskChange change = tools_.keeper.begin();
      if (offset) {
        change.bytes(file.fd(), *offset + done, part.iov_len);
      } else {
        change.bytes(file.fd(), kOffsetMax, 0);
      }
      const auto pass = tools_.growth.enter();
      put = ::pwritev2(file.fd(), &part, 1, static_cast<off_t>(offset.value_or(0) + done),
                       offset ? 0 : RWF_APPEND);
    }
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      const std::uint64_t end = offset.value_or(file.size) + done;
      const DiskChange change = tools_.keeper.begin();
      change.bytes(file.fd(), file.size, kOffsetMax);
      tools_.growth.give_back(file.fd(), file.size, done == 0 ? 0 : end);
      return io_error(error);
    }
    rest = rest.subspan(static_cast<std::size_t>(put));
    done += static_cast<std::uint64_t>(put);
  }
  return settle_content(tools_, file.fd());
}

Outcome FileWork::write_at_cursor() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  if (auto ok = put(*file, file->cursor); !ok) return pass_on(ok);
  if (auto ok = move_to(file->cursor + content().size()); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::append() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  if (auto ok = put(*file, std::nullopt); !ok) return pass_on(ok);
  const auto extent = extent_of(file->fd());
  if (!extent) return std::unexpected(extent.error());
  if (auto ok = move_to(extent->size); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::write_at() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  if (auto ok = put(*file, order_.action.offset); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::set_len() {
  if (order_.action.length > kOffsetMax) return io_error(EINVAL);
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  auto cut = truncate(tools_.keeper.begin(), file->fd(), order_.action.length);
  if (!cut) return pass_on(cut);
  if (auto ok = settle_content(tools_, file->fd()); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::sync() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  if (::fsync(file->fd()) != 0) return io_error(errno);
  return ok_reply();
}

Outcome FileWork::remove_file() {
  auto place = tools_.disk.place_of(path());
  if (!place) return pass_on(place);
  {
    const DiskChange change = tools_.keeper.begin();
    change.gone(*place);
    if (::unlinkat(place->directory.get(), place->name.c_str(), 0) != 0) return io_error(errno);
  }
  tools_.open.forget_below(path());
  if (auto ok = settle_names(tools_, place->directory.get()); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::run() {
  switch (order_.action.kind) {
    case Kind::kCreateFile:
      return create_file();
    case Kind::kOpenFile:
      return open_file();
    case Kind::kCloseFile:
      tools_.open.close(order_.process, path());
      return ok_reply();
    case Kind::kWrite:
      return write_whole();
    case Kind::kWriteAll:
      return write_at_cursor();
    case Kind::kAppend:
      return append();
    case Kind::kWriteAt:
      return write_at();
    case Kind::kSetLen:
      return set_len();
    case Kind::kSyncAll:
      return sync();
    case Kind::kRead:
      return read_whole();
    case Kind::kReadToEnd:
      return read_to_end();
    case Kind::kReadExact:
      return read_exact();
    case Kind::kReadToString:
      return read_to_string();
    case Kind::kReadAt:
      return read_at();
    case Kind::kSeek:
      return seek();
    case Kind::kRemoveFile:
      return remove_file();
    case Kind::kMetadata:
      return metadata();
    default:
      return len();
  }
}

Outcome operate_on_file(const Tools& tools, const Order& order) {
  return FileWork(tools, order, Patience::kAny).run();
}

std::optional<Outcome> operate_now(const Tools& tools, const Order& order) {
  switch (order.action.kind) {
    case Kind::kRead:
    case Kind::kReadToEnd:
    case Kind::kReadExact:
    case Kind::kReadAt:
    case Kind::kSeek:
    case Kind::kMetadata:
    case Kind::kLen:
      break;
    default:
      return std::nullopt;
  }
  Outcome outcome = FileWork(tools, order, Patience::kNone).run();
  if (!outcome && outcome.error().number == EAGAIN) return std::nullopt;
  return outcome;
}

}  // namespace kinode::vfs
