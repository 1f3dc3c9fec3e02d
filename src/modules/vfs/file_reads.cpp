// Reading, and what is said of a file.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>

#include "base/limits.h"
#include "modules/vfs/file_work.h"

namespace kinode::vfs {

namespace {

/// What is copied on the worker that a request came on; a few microseconds.
constexpr std::uint64_t kQuickBytesMax = 64u << 10;

std::unexpected<VfsError> too_large(std::uint64_t size) {
  return io_error("these are " + std::to_string(size) + " bytes, and a message carries at most " +
                  std::to_string(limits::kBlobBytesMax) + ": read parts of it");
}

}  // namespace

Io<Bytes> FileWork::read_part(int fd, std::uint64_t offset, std::uint64_t length) {
  if (patience_ == Patience::kAny) return read_range(fd, offset, length);
  if (length > kQuickBytesMax) return io_error(EAGAIN);
  return read_cached(fd, offset, length);
}

Io<struct stat> FileWork::status() {
  return patience_ == Patience::kAny ? tools_.disk.status(path()) : tools_.disk.status_now(path());
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

}  // namespace kinode::vfs
