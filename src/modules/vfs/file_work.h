// One order that concerns the content of one file (io.md 8.3).
#pragma once

#include "modules/vfs/file_io.h"

namespace kinode::vfs {

/// The largest offset of a file.
inline constexpr std::uint64_t kOffsetMax = (std::uint64_t{1} << 63) - 1;

enum class Use : bool { kRead, kWrite };

/// Whether the disk may be waited for. If not, EAGAIN says that it would have to be.
enum class Patience : bool { kNone, kAny };

struct Opened {
  HandleRef handle;
  std::uint64_t cursor = 0;
  std::uint64_t size = 0;

  int fd() const { return handle->fd.get(); }
  std::uint64_t left() const { return size > cursor ? size - cursor : 0; }
};

/// The work on one order. Thread: one at a time.
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
  Io<void> truncate(const DiskChange& change, int fd, std::uint64_t length);
  /// Before the file is opened so that it is made unless it is there.
  void keep_place(const DiskChange& change);
  Io<void> put(const Opened& file, std::optional<std::uint64_t> offset);

  Outcome settled(int fd);
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

}  // namespace kinode::vfs
