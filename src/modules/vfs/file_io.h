// Reading and writing by offset, whole and without copies.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "modules/vfs/operation.h"

namespace kinode::vfs {

/// Thread: any; each blocks.
Io<void> write_all(int fd, ByteView content, std::uint64_t offset);

/// `length` bytes from `offset`; fewer when the file ends before. The memory is as large as
/// `length`: bound it by the file's size.
Io<Bytes> read_range(int fd, std::uint64_t offset, std::uint64_t length);

/// The same from what the system has in memory; EAGAIN if that is not all of it.
Io<Bytes> read_cached(int fd, std::uint64_t offset, std::uint64_t length);

Io<struct stat> status_of(int fd);

struct Extent {
  std::uint64_t size = 0;
  bool has_name = true;  // false: it was removed, and lives as long as it is open
};
/// A file's size, without its times: who asks for these makes the next write store a new one, and
/// so costs it a turn of the file system's journal.
Io<Extent> extent_of(int fd);

/// With power durability, the content of the file and the names in the directory survive the end of
/// the machine from now on; else nothing happens. `directory` may be a handle for paths only.
Io<void> settle_content(const Tools& tools, int fd);
Io<void> settle_names(const Tools& tools, int directory);
/// For many files at once: all that was written to the file system of `fd`.
Io<void> settle_all(const Tools& tools, int fd);

/// A reply with a blob of what was read.
Reply read_reply(Bytes bytes);
inline Reply ok_reply() { return {encode_ok(), nullptr}; }

/// `file`, or the error of what was tried.
template <class T>
std::unexpected<VfsError> pass_on(Io<T>& failed) {
  return std::unexpected(std::move(failed.error()));
}

/// Puts a finished file of the staging directory at the order's place, in one step.
Io<void> put_in_place(const Tools& tools, const Staging::File& file, const Place& place,
                      const VfsPath& path);

}  // namespace kinode::vfs
