#include "modules/vfs/vfs_error.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

namespace kinode::vfs {

std::unexpected<VfsError> io_error(int number) {
  const char* text = ::strerrordesc_np(number);
  return std::unexpected(VfsError{
      .kind = VfsError::Kind::kIoError,
      .text = fmt::format("{} (os error {})", text != nullptr ? text : "Unknown error", number),
      .path = {},
      .number = number});
}

std::unexpected<VfsError> io_error(std::string text) {
  return std::unexpected(
      VfsError{.kind = VfsError::Kind::kIoError, .text = std::move(text), .path = {}});
}

std::string_view kind_of_failure(const VfsError& error) {
  if (error.kind != VfsError::Kind::kIoError) return {};
  switch (error.number) {
    case ENOENT:
      return "NotFound";
    case EEXIST:
      return "AlreadyExists";
    case EACCES:
    case EPERM:
      return "PermissionDenied";
    case EISDIR:
      return "IsADirectory";
    case ENOTDIR:
      return "NotADirectory";
    case ENOTEMPTY:
      return "DirectoryNotEmpty";
    case ENOSPC:
    case EDQUOT:
      return "StorageFull";
    case EFBIG:
      return "FileTooLarge";
    case EROFS:
      return "ReadOnlyFilesystem";
    case EINVAL:
      return "InvalidInput";
    case ENAMETOOLONG:
      return "InvalidFilename";
    case EAGAIN:
      return "Overloaded";
    default:
      return "Other";
  }
}

}  // namespace kinode::vfs
