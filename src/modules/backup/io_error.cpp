#include "modules/backup/io_error.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>

#include "base/bytes.h"

namespace kinode::backup {

std::unexpected<Error> io_failed(std::string_view path, int error) {
  const std::string shown = printable(path);
  switch (error) {
    case ENOENT:
      return fail(Code::kNotFound, fmt::format("{} is not there", shown));
    case EACCES:
    case EPERM:
    case EROFS:
      return fail(Code::kDenied, fmt::format("no rights on {}: check its owner and mode", shown));
    case ENOSPC:
    case EDQUOT:
      return fail(Code::kIo, fmt::format("the disk of {} is full: free some space", shown));
    case ELOOP:
    case EXDEV:
      return fail(Code::kDenied,
                  fmt::format("{} passes through a link, which is not followed", shown));
    default:
      return fail(Code::kIo, fmt::format("{}: {}", shown, std::strerror(error)));
  }
}

}  // namespace kinode::backup
