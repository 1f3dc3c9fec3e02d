#include "crypto/keyfile_disk.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"

namespace kinode::crypto {

namespace {

// A keyfile has about 1,500 bytes; routers make it a little longer.
constexpr std::size_t kKeyfileBytesMax = 1u << 20;
// Keyfiles that were replaced; there is a reason to do that once or twice in a home's life.
constexpr int kOldKeyfilesMax = 100;

std::unexpected<Error> from_errno(const std::string& path, int error) {
  const bool rights = error == EACCES || error == EPERM;
  return fail(rights ? Code::kDenied : Code::kIo,
              fmt::format("{}: {}{}", path, std::strerror(error),
                          rights ? ": run as its owner, or change its rights" : ""));
}

/// A file that is not there yet. kExists if it is.
Status write_new(const std::string& path, ByteView content) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.ok() && errno == EEXIST) return fail(Code::kExists, path + " is there already");
  if (!file.ok()) return from_errno(path, errno);
  if (!write_all(file, content) || ::fsync(file.get()) != 0) return from_errno(path, errno);
  return {};
}

/// Makes the names in a directory survive a power cut.
Status sync_names(const std::string& directory) {
  const Fd file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.ok() || ::fsync(file.get()) != 0) return from_errno(directory, errno);
  return {};
}

/// A copy under the first free name.
Result<std::string> keep_old(const std::string& home, ByteView old) {
  for (int n = 1; n <= kOldKeyfilesMax; ++n) {
    std::string path = keyfile_path(home) + ".old" + (n == 1 ? "" : std::to_string(n));
    const auto kept = write_new(path, old);
    if (kept) return path;
    if (kept.error().code != Code::kExists) return std::unexpected(kept.error());
  }
  return fail(Code::kOverloaded, fmt::format("{} has {} old keyfiles: move them somewhere else",
                                             home, kOldKeyfilesMax));
}

}  // namespace

std::string keyfile_path(const std::string& home) { return home + "/.keys"; }

Result<std::optional<ByteVector>> read_keyfile(const std::string& home) {
  const std::string path = keyfile_path(home);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.ok() && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file.ok()) return from_errno(path, errno);
  ByteVector out(kKeyfileBytesMax);
  std::size_t size = 0;
  for (;;) {
    const ssize_t got = ::read(file.get(), out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return from_errno(path, errno);
    size += static_cast<std::size_t>(got);
    if (size == out.size()) return fail(Code::kCorrupt, path + " is too large for a keyfile");
    if (got == 0) break;
  }
  out.resize(size);
  return out;
}

Status write_keyfile_in(const std::string& home, std::string_view text) {
  const std::string path = keyfile_path(home);
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());  // what a crash left may have other rights
  if (auto ok = write_new(temporary, as_bytes(text)); !ok) return ok;
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return from_errno(path, errno);
  return sync_names(home);
}

Result<std::string> replace_keyfile(const std::string& home, ByteView old, std::string_view text) {
  auto kept = keep_old(home, old);
  if (!kept) return kept;
  if (auto ok = sync_names(home); !ok) return std::unexpected(std::move(ok.error()));
  if (auto ok = write_keyfile_in(home, text); !ok) return std::unexpected(std::move(ok.error()));
  return kept;
}

}  // namespace kinode::crypto
