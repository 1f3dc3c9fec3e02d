// What programs ask the vfs, and what it answers, as JSON (io.md 8.3).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "modules/vfs/vfs_error.h"

namespace kinode::vfs {

enum class Kind : std::uint8_t {
  kCreateDrive,
  kCreateDir,
  kCreateDirAll,
  kCreateFile,
  kOpenFile,
  kCloseFile,
  kWrite,
  kWriteAll,
  kAppend,
  kSyncAll,
  kRead,
  kReadDir,
  kReadToEnd,
  kReadExact,
  kReadToString,
  kSeek,
  kRemoveFile,
  kRemoveDir,
  kRemoveDirAll,
  kRename,
  kCopyFile,
  kMetadata,
  kLen,
  kSetLen,
  kHash,
  kAddZip,
  // Ours; the original answers them with MalformedRequest.
  kReadAt,
  kWriteAt,
  kReadDirPage,
  kWatch,
  kUnwatch,
};
inline constexpr std::size_t kKinds = 31;

enum class SeekFrom : std::uint8_t { kStart, kEnd, kCurrent };

/// One action; which fields count depends on the kind.
struct VfsAction {
  Kind kind = Kind::kMetadata;
  bool create = false;               // OpenFile
  std::uint64_t length = 0;          // ReadExact, SetLen, ReadAt; of ReadDirPage the most entries
  std::uint64_t offset = 0;          // ReadAt, WriteAt; Seek from the start
  std::int64_t delta = 0;            // Seek from the end or from here
  SeekFrom from = SeekFrom::kStart;  // Seek
  std::string new_path;              // Rename, CopyFile
  std::optional<std::string> token;  // ReadDirPage: where the last page ended
  /// Written as programs of 0.9 do (io.md 13.1): ReadExact, Seek. The answer then is, too.
  bool old_form = false;
  bool operator==(const VfsAction&) const = default;
};

struct VfsRequest {
  std::string path;
  VfsAction action;
  bool operator==(const VfsRequest&) const = default;
};

/// Both dialects. The error is for the log: programs only learn MalformedRequest.
Result<VfsRequest> decode_vfs_request(ByteView body);
std::string encode_vfs_request(const VfsRequest& request);

enum class FileType : std::uint8_t { kFile, kDirectory, kSymlink, kOther };

struct Entry {
  std::string path;  // below the root, without a slash in front
  FileType type = FileType::kFile;
};

std::string encode_ok();
/// What was read is in the blob.
std::string encode_read();
std::string encode_read_dir(const std::vector<Entry>& entries);
std::string encode_page(const std::vector<Entry>& entries, const std::optional<std::string>& token);
std::string encode_string(std::string_view text);
std::string encode_offset(std::uint64_t new_offset, bool old_form);
std::string encode_metadata(FileType type, std::uint64_t len);
std::string encode_len(std::uint64_t len);
std::string encode_hash(const std::array<std::uint8_t, 32>& hash);
std::string encode_error(const VfsError& error);

/// What a watcher is told of: a request `{"VfsEvent":{"path":..,"change":..}}`.
enum class Change : std::uint8_t {
  kCreated,
  kModified,
  kRemoved,
  kMissed,  // events were lost: look at everything below the watched path again
};
std::string encode_event(std::string_view path, Change change);

}  // namespace kinode::vfs
