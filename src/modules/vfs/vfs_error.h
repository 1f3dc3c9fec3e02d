// Why the vfs could not do what was asked (io.md 8.3).
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace kinode::vfs {

/// Programs see the kind and the texts, and match on those of the system.
struct [[nodiscard]] VfsError {
  enum class Kind : std::uint8_t {
    kNoWriteCap,
    kNoReadCap,
    kAddCapFailed,
    kMalformedRequest,
    kNoBlob,
    kParseError,  // text, path: as programs write it, never the host's (S19)
    kIoError,     // text
    kUnzipError,
  };
  Kind kind = Kind::kMalformedRequest;
  std::string text;
  std::string path;
  int number = 0;  // kIoError: the system's errno, 0 for texts of our own

  bool operator==(const VfsError&) const = default;
};

/// The outcome of one step at the disk.
template <class T>
using Io = std::expected<T, VfsError>;

/// `No such file or directory (os error 2)`, in English whatever the locale is (Q20).
std::unexpected<VfsError> io_error(int number);
/// A sentence of our own.
std::unexpected<VfsError> io_error(std::string text);
/// `NotFound`, `AlreadyExists`, `StorageFull` and so on for errors of the system; `Other` for those
/// without a name, nothing for errors that are none of the system.
std::string_view kind_of_failure(const VfsError& error);

inline std::unexpected<VfsError> refused(VfsError::Kind kind) {
  return std::unexpected(VfsError{.kind = kind, .text = {}, .path = {}});
}

}  // namespace kinode::vfs
