// What concerns the content of one file (io.md 8.3).
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/limits.h"
#include "modules/vfs/file_io.h"

namespace kinode::vfs {

namespace {

constexpr std::uint64_t kOffsetMax = (std::uint64_t{1} << 63) - 1;

enum class Use : bool { kRead, kWrite };

/// Whether the disk may be waited for. If not, EAGAIN says that it would have to be.
enum class Patience : bool { kNone, kAny };

/// What is copied on the worker that a request came on; a few microseconds.
constexpr std::uint64_t kQuickBytesMax = 64u << 10;

struct Opened {
  HandleRef handle;
  std::uint64_t cursor = 0;
  std::uint64_t size = 0;

  int fd() const { return handle->fd.get(); }
  std::uint64_t left() const { return size > cursor ? size - cursor : 0; }
};

class FileWork {
 public:
  FileWork(const Tools& tools, const Order& order, Patience patience)
      : tools_(tools), order_(order), patience_(patience) {}

  Outcome run();

 private:
  const VfsPath& path() const { return order_.path; }
  ByteView content() const { return order_.blob->bytes.view(); }

  /// Programs reach the drive `tmp` through WASI, too, so names there may change unseen.
  bool is_shared() const { return path().drive_name() == "tmp"; }

  Io<Opened> open(Use use);
  Io<Opened> open_anew(Use use, int flags, const OpenFiles::Found& found, std::uint64_t cursor);
  Io<Bytes> read_part(int fd, std::uint64_t offset, std::uint64_t length);
  Io<struct stat> status();
  Io<void> keep(HandleRef handle, std::uint64_t cursor, std::uint64_t epoch);
  Io<void> move_to(std::uint64_t cursor);

  Outcome create_file();
  Outcome open_file();
  Outcome write_whole();
  Outcome write_over();
  Outcome write_at_cursor();
  Outcome append();
  Outcome write_at();
  Outcome set_len();
  Outcome sync();
  Outcome read_whole();
  Outcome read_to_end();
  Outcome read_exact();
  Outcome read_to_string();
  Outcome read_at();
  Outcome seek();
  Outcome remove_file();
  Outcome metadata();
  Outcome len();

  const Tools& tools_;
  const Order& order_;
  const Patience patience_;
};

bool is_only_for_reading(const VfsError& error) {
  return error.number == EACCES || error.number == EPERM || error.number == EROFS ||
         error.number == ETXTBSY;
}

std::unexpected<VfsError> too_large(std::uint64_t size) {
  return io_error("these are " + std::to_string(size) + " bytes, and a message carries at most " +
                  std::to_string(limits::kBlobBytesMax) + ": read parts of it");
}

Io<Opened> FileWork::open(Use use) {
  const OpenFiles::Found found = tools_.open.find(order_.process, path());
  if (found.handle && !is_shared() && (use == Use::kRead || found.handle->writable)) {
    const auto info = status_of(found.handle->fd.get());
    // Somebody outside may have put another file in its place.
    if (info && info->st_nlink > 0) {
      return Opened{found.handle, found.cursor, static_cast<std::uint64_t>(info->st_size)};
    }
  }
  if (patience_ == Patience::kNone) return io_error(EAGAIN);
  return open_anew(use, O_RDWR, found, found.cursor);
}

Io<Bytes> FileWork::read_part(int fd, std::uint64_t offset, std::uint64_t length) {
  if (patience_ == Patience::kAny) return read_range(fd, offset, length);
  if (length > kQuickBytesMax) return io_error(EAGAIN);
  return read_cached(fd, offset, length);
}

Io<struct stat> FileWork::status() {
  return patience_ == Patience::kAny ? tools_.disk.status(path()) : tools_.disk.status_now(path());
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
  const auto info = status_of(handle->fd.get());
  if (!info) return std::unexpected(info.error());
  if (auto ok = keep(handle, cursor, found.epoch); !ok) return pass_on(ok);
  return Opened{std::move(handle), cursor, static_cast<std::uint64_t>(info->st_size)};
}

Io<void> FileWork::keep(HandleRef handle, std::uint64_t cursor, std::uint64_t epoch) {
  if (is_shared()) return move_to(cursor);
  const auto put = tools_.open.put(order_.process, path(), std::move(handle), cursor, epoch);
  if (!put.kept) return io_error(EMFILE);
  if (put.hit_limit) tools_.on_limit();
  return {};
}

Io<void> FileWork::move_to(std::uint64_t cursor) {
  if (!tools_.open.set_cursor(order_.process, path(), cursor)) return io_error(EMFILE);
  return {};
}

Outcome FileWork::create_file() {
  if (path().is_drive()) return io_error(EISDIR);
  const auto found = tools_.open.find(order_.process, path());
  auto opened = open_anew(Use::kWrite, O_RDWR | O_CREAT | O_TRUNC, found, 0);
  if (!opened) return pass_on(opened);
  return ok_reply();
}

Outcome FileWork::open_file() {
  if (order_.action.create) {
    if (path().is_drive()) return io_error(EISDIR);
    const auto found = tools_.open.find(order_.process, path());
    auto opened = open_anew(Use::kRead, O_RDWR | O_CREAT, found, 0);
    if (!opened) return pass_on(opened);
    return ok_reply();
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
    if (!S_ISREG(there.st_mode) || there.st_nlink > 1) return write_over();
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
  auto fd = tools_.disk.open_file(path(), O_WRONLY | O_CREAT | O_TRUNC);
  if (!fd) return pass_on(fd);
  if (auto ok = write_all(fd->get(), content(), 0); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::write_at_cursor() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  if (auto ok = write_all(file->fd(), content(), file->cursor); !ok) return pass_on(ok);
  if (auto ok = move_to(file->cursor + content().size()); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::append() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  // At the end as it is at that moment, also when others append.
  ByteView rest = content();
  while (!rest.empty()) {
    const iovec part{const_cast<std::uint8_t*>(rest.data()),
                     std::min<std::size_t>(rest.size(), 1u << 30)};
    const ssize_t put = ::pwritev2(file->fd(), &part, 1, 0, RWF_APPEND);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return io_error(errno);
    rest = rest.subspan(static_cast<std::size_t>(put));
  }
  const auto info = status_of(file->fd());
  if (!info) return std::unexpected(info.error());
  if (auto ok = move_to(static_cast<std::uint64_t>(info->st_size)); !ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::write_at() {
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  auto ok = write_all(file->fd(), content(), order_.action.offset);
  if (!ok) return pass_on(ok);
  return ok_reply();
}

Outcome FileWork::set_len() {
  if (order_.action.length > kOffsetMax) return io_error(EINVAL);
  auto file = open(Use::kWrite);
  if (!file) return pass_on(file);
  if (::ftruncate(file->fd(), static_cast<off_t>(order_.action.length)) != 0) {
    return io_error(errno);
  }
  return ok_reply();
}

Outcome FileWork::sync() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  if (::fsync(file->fd()) != 0) return io_error(errno);
  return ok_reply();
}

Outcome FileWork::read_whole() {
  auto fd = patience_ == Patience::kAny ? tools_.disk.open_file(path(), O_RDONLY)
                                        : tools_.disk.open_file_now(path());
  if (!fd) return pass_on(fd);
  const auto info = status_of(fd->get());
  if (!info) return std::unexpected(info.error());
  const auto size = static_cast<std::uint64_t>(info->st_size);
  if (size > limits::kBlobBytesMax) return too_large(size);
  auto bytes = read_part(fd->get(), 0, size);
  if (!bytes) return pass_on(bytes);
  return read_reply(std::move(*bytes));
}

Outcome FileWork::read_to_end() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  if (file->left() > limits::kBlobBytesMax) return too_large(file->left());
  auto bytes = read_part(file->fd(), file->cursor, file->left());
  if (!bytes) return pass_on(bytes);
  if (auto ok = move_to(file->cursor + bytes->size()); !ok) return pass_on(ok);
  return read_reply(std::move(*bytes));
}

Outcome FileWork::read_exact() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  const std::uint64_t length = order_.action.length;
  // Before there is memory for it (D7).
  if (length > file->left()) return io_error("early eof");
  if (length > limits::kBlobBytesMax) return too_large(length);
  auto bytes = read_part(file->fd(), file->cursor, length);
  if (!bytes) return pass_on(bytes);
  if (bytes->size() < length) return io_error("early eof");
  if (auto ok = move_to(file->cursor + length); !ok) return pass_on(ok);
  return read_reply(std::move(*bytes));
}

Outcome FileWork::read_to_string() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  const auto refuse = [] {
    return io_error("this is too much text for one message: read parts of it");
  };
  if (file->left() > limits::kBodyBytesMax) return refuse();
  auto bytes = read_part(file->fd(), file->cursor, file->left());
  if (!bytes) return pass_on(bytes);
  if (!is_utf8(bytes->view())) return io_error("stream did not contain valid UTF-8");
  std::string body = encode_string(bytes->text());
  if (body.size() > limits::kBodyBytesMax) return refuse();
  if (auto ok = move_to(file->cursor + bytes->size()); !ok) return pass_on(ok);
  return Reply{std::move(body), nullptr};
}

Outcome FileWork::read_at() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  const VfsAction& action = order_.action;
  const std::uint64_t left = file->size > action.offset ? file->size - action.offset : 0;
  const std::uint64_t length = std::min(action.length, left);
  if (length > limits::kBlobBytesMax) return too_large(length);
  auto bytes = read_part(file->fd(), std::min(action.offset, kOffsetMax), length);
  if (!bytes) return pass_on(bytes);
  return read_reply(std::move(*bytes));
}

Outcome FileWork::seek() {
  auto file = open(Use::kRead);
  if (!file) return pass_on(file);
  const VfsAction& action = order_.action;
  std::uint64_t to = action.offset;
  if (action.from != SeekFrom::kStart) {
    const std::uint64_t base = action.from == SeekFrom::kEnd ? file->size : file->cursor;
    const auto back = 0 - static_cast<std::uint64_t>(action.delta);
    if (action.delta < 0 && back > base) return io_error(EINVAL);
    to = base + static_cast<std::uint64_t>(action.delta);
  }
  if (to > kOffsetMax) return io_error(EINVAL);
  if (auto ok = move_to(to); !ok) return pass_on(ok);
  return Reply{encode_offset(to, action.old_form), nullptr};
}

Outcome FileWork::remove_file() {
  auto place = tools_.disk.place_of(path());
  if (!place) return pass_on(place);
  if (::unlinkat(place->directory.get(), place->name.c_str(), 0) != 0) return io_error(errno);
  tools_.open.forget_below(path());
  return ok_reply();
}

Outcome FileWork::metadata() {
  const auto info = status();
  if (!info) return std::unexpected(info.error());
  return Reply{encode_metadata(type_of(info->st_mode), static_cast<std::uint64_t>(info->st_size)),
               nullptr};
}

Outcome FileWork::len() {
  const auto info = status();
  if (!info) return std::unexpected(info.error());
  if (S_ISDIR(info->st_mode)) return io_error(EISDIR);
  return Reply{encode_len(static_cast<std::uint64_t>(info->st_size)), nullptr};
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

}  // namespace

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
