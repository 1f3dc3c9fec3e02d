#include "modules/vfs/vfs_error.h"

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

}  // namespace kinode::vfs
