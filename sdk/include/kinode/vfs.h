// Files (vfs:distro:sys, io.md 8): in drives of packages, "/package:publisher/drive/path".
//
//   const auto drive = vfs::create_drive("notes");           // Result<vfs::Drive>
//   const auto path = drive->at("today.txt");
//   vfs::write(path, "milk");                                // Status: look at it
//   const auto text = vfs::read(path);                       // Result<Blob>, not copied
//   vfs::for_each_entry(drive->path, [](const vfs::Entry& entry) { print(entry.path); });
//
// The manifest has to name vfs:distro:sys in request_capabilities. A process of the package may do
// everything in its drives; others need a drive's right: Drive::right(). What is marked as an
// addition gives kUnsupported on a node of Kinode 1.0. Bytes are not copied on their way: what is
// read is a Blob in the memory where the node put it, and what is written is referred to.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "kinode/blob.h"
#include "kinode/capability.h"
#include "kinode/database.h"
#include "kinode/error.h"
#include "kinode/message.h"

namespace kinode::vfs {

/// How long an answer may take; each function takes another number of seconds as its last argument.
inline constexpr uint64_t kSeconds = kAnswerSeconds;

enum class FileType : uint8_t { kFile, kDirectory, kSymlink, kOther };

struct Entry {
  std::string path;  // as functions take it, with a slash in front
  FileType type = FileType::kFile;
  /// The last part of the path.
  std::string_view name() const [[clang::lifetimebound]] {
    return std::string_view(path).substr(path.rfind('/') + 1);
  }
  bool operator==(const Entry&) const = default;
};

struct Metadata {
  FileType type = FileType::kFile;
  uint64_t size = 0;  // bytes
  bool operator==(const Metadata&) const = default;
};

enum class Access : uint8_t { kRead, kWrite };

struct Drive {
  std::string path;  // "/package:publisher/drive"

  /// The path of something in it.
  std::string at(std::string_view rest) const;
  /// The right to read or to write all of it. Attached to a message (Builder::attach) it is passed
  /// on, which the one who made the drive may do.
  Capability right(Access access) const;
};

// --- drives and directories ---

/// Makes a drive, of this package if no other is named, and gives this process the rights for it.
/// That it is there already is no error.
Result<Drive> create_drive(std::string_view name, uint64_t seconds = kSeconds);
Result<Drive> create_drive(const PackageIdView& package, std::string_view name,
                           uint64_t seconds = kSeconds);
/// Errors: kExists; kNotFound, if the directory that it would be in is missing.
Status create_dir(std::string_view path, uint64_t seconds = kSeconds);
/// With all that it would be in; that it is there is no error.
Status create_dir_all(std::string_view path, uint64_t seconds = kSeconds);
/// Errors: kInvalid, if it is not empty.
Status remove_dir(std::string_view path, uint64_t seconds = kSeconds);
/// With all that is in it; may be a drive.
Status remove_dir_all(std::string_view path, uint64_t seconds = kSeconds);

/// All entries of one directory, in no particular order, as far as they fit into one message (of
/// large directories: for_each_entry()). Of "/", who has the right for it gets all packages.
Result<std::vector<Entry>> read_dir(std::string_view path, uint64_t seconds = kSeconds);

struct DirPage {
  std::vector<Entry> entries;
  std::optional<std::string> next;  // none: these were the last
};
/// Addition: at most so many entries (up to 10,000), from the start or where a page ended.
Result<DirPage> read_dir_page(std::string_view path, std::optional<std::string_view> next = {},
                              uint32_t most = 1000, uint64_t seconds = kSeconds);

/// Addition: calls `each(const Entry&)` for each entry of a directory of any size, until it returns
/// false (if it returns something).
template <class Each>
Status for_each_entry(std::string_view path, Each&& each, uint64_t seconds = kSeconds) {
  std::optional<std::string> next;
  do {
    auto page = read_dir_page(path, next, 1000, seconds);
    if (!page) return std::unexpected(std::move(page.error()));
    for (const Entry& entry : page->entries) {
      if constexpr (std::is_void_v<decltype(each(entry))>) {
        each(entry);
      } else if (!each(entry)) {
        return {};
      }
    }
    next = std::move(page->next);
  } while (next);
  return {};
}

// --- whole files ---

/// Errors: kNotFound; kInvalid for what is larger than a message: read_at() or read_pieces().
Result<Blob> read(std::string_view path, uint64_t seconds = kSeconds);
/// Creates the file or replaces its content; its directory has to be there.
Status write(std::string_view path, BytesArg bytes, uint64_t seconds = kSeconds);
/// Writes at the end of a file, which has to be there.
Status append(std::string_view path, BytesArg bytes, uint64_t seconds = kSeconds);
Status remove_file(std::string_view path, uint64_t seconds = kSeconds);
/// Gives a file or directory another name, in place of what has it.
Status rename(std::string_view from, std::string_view to, uint64_t seconds = kSeconds);
/// Copies a file, in place of what is there.
Status copy(std::string_view from, std::string_view to, uint64_t seconds = kSeconds);
/// Errors: kNotFound.
Result<Metadata> metadata(std::string_view path, uint64_t seconds = kSeconds);
/// Whether there is something; an error says that this is not known.
Result<bool> exists(std::string_view path, uint64_t seconds = kSeconds);
/// A file's bytes. Errors: kNotFound; kInvalid for directories.
Result<uint64_t> size(std::string_view path, uint64_t seconds = kSeconds);
/// Cuts a file, or adds zeros.
Status set_size(std::string_view path, uint64_t size, uint64_t seconds = kSeconds);
/// What was written so far survives the end of the machine, too.
Status sync(std::string_view path, uint64_t seconds = kSeconds);
/// SHA-256 of a whole file.
Result<std::array<uint8_t, 32>> hash(std::string_view path, uint64_t seconds = kSeconds);
/// Unpacks a zip archive into a directory, which is made if it is missing.
Status add_zip(std::string_view path, BytesArg zip, uint64_t seconds = kSeconds);

// --- parts of files ---

/// Addition: so many bytes from there; fewer at the end of the file, none behind it. No cursor, so
/// nobody else's reads matter.
Result<Blob> read_at(std::string_view path, uint64_t offset, uint64_t length,
                     uint64_t seconds = kSeconds);
/// Addition: writes from there on, over what is there; zeros fill a gap before it.
Status write_at(std::string_view path, uint64_t offset, BytesArg bytes,
                uint64_t seconds = kSeconds);

/// Addition: calls `each(std::string_view)` for a file of any size, piece by piece, until it
/// returns false (if it returns something). The view holds during the call.
template <class Each>
Status read_pieces(std::string_view path, uint64_t piece, Each&& each,
                   uint64_t seconds = kSeconds) {
  for (uint64_t offset = 0;;) {
    const auto blob = read_at(path, offset, piece, seconds);
    if (!blob) return std::unexpected(blob.error());
    if (blob->bytes().empty()) return {};
    if constexpr (std::is_void_v<decltype(each(blob->bytes()))>) {
      each(blob->bytes());
    } else if (!each(blob->bytes())) {
      return {};
    }
    offset += blob->bytes().size();
  }
}

/// A file that is read or written piece by piece at a cursor, by actions that Kinode 1.0 knows. The
/// cursor belongs to this process and this path: two Files of one path share it. Nothing happens
/// when it goes away; close() gives the node its descriptor back early, and who does not call it
/// loses nothing.
class File {
 public:
  /// Errors: kNotFound.
  static Result<File> open(std::string path, uint64_t seconds = kSeconds);
  static Result<File> open_or_create(std::string path, uint64_t seconds = kSeconds);
  /// Makes it, or empties it.
  static Result<File> create(std::string path, uint64_t seconds = kSeconds);

  const std::string& path() const [[clang::lifetimebound]] { return path_; }

  /// Exactly so many bytes from the cursor on. Errors: kInvalid, if there are fewer; the cursor
  /// stays.
  Result<Blob> read_exact(uint64_t length) const;
  Result<Blob> read_to_end() const;
  /// The same as text. Errors: kInvalid, if it is not UTF-8.
  Result<std::string> read_to_string() const;
  /// Writes at the cursor, over what is there, and moves it behind.
  Status write(BytesArg bytes) const;
  /// Writes at the end, and moves the cursor there.
  Status append(BytesArg bytes) const;

  enum class From : uint8_t { kStart, kEnd, kCurrent };
  /// Moves the cursor; gives where it is now. Errors: kInvalid before the start.
  Result<uint64_t> seek(From from, int64_t offset) const;

  Status sync() const { return vfs::sync(path_, seconds_); }
  Status close() const;

 private:
  File(std::string path, uint64_t seconds) : path_(std::move(path)), seconds_(seconds) {}
  static Result<File> made(std::string path, std::string_view action, uint64_t seconds);

  std::string path_;
  uint64_t seconds_;
};

// --- changes ---

enum class Change : uint8_t {
  kCreated,
  kModified,
  kRemoved,
  kMissed,  // some changes were not told: look at everything below the path
};

struct Event {
  std::string path;
  Change change = Change::kMissed;
};

/// Addition: from now on receive() brings a request for each change at or below `path`, which
/// event() reads. Ends with unwatch(), with this process, and when its right to read ends.
Status watch(std::string_view path, uint64_t seconds = kSeconds);
Status unwatch(std::string_view path, uint64_t seconds = kSeconds);
/// The change that a received message tells of; none, if it is another message. Only those of this
/// node's vfs count.
std::optional<Event> event(const Message& message);

}  // namespace kinode::vfs
