#include "crypto/identity.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace kinode::crypto {

namespace {

constexpr std::size_t kSecretBytes = 32;
// A keyfile has about 1,500 bytes; routers make it a little longer.
constexpr std::size_t kKeyfileBytesMax = 1u << 20;

std::string path_in(const std::string& home) { return home + "/.keys"; }

std::unexpected<Error> from_errno(const std::string& path, int error) {
  const bool rights = error == EACCES || error == EPERM;
  return fail(rights ? Code::kDenied : Code::kIo,
              fmt::format("{}: {}{}", path, std::strerror(error),
                          rights ? ": run as its owner, or change its rights" : ""));
}

/// Owns a descriptor.
class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

Result<std::optional<ByteVector>> read_if_there(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0) return from_errno(path, errno);
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

/// In one step and readable by the owner only.
Status write_new(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());  // what a crash left may have other rights
  {
    const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return from_errno(temporary, errno);
    for (std::size_t done = 0; done < content.size();) {
      const ssize_t put = ::write(file.get(), content.data() + done, content.size() - done);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return from_errno(temporary, errno);
      done += static_cast<std::size_t>(put);
    }
    if (::fsync(file.get()) != 0) return from_errno(temporary, errno);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return from_errno(path, errno);
  return {};
}

Result<Keyfile> create(const std::string& path, std::string_view name, std::string_view password,
                       Random& random) {
  Keyfile fresh{std::string(name),
                {},
                KeyPair::generate(random),
                SecretBytes::random(kSecretBytes, random),
                SecretBytes::random(kSecretBytes, random)};
  auto text = seal_keyfile(fresh, password, random);
  if (!text) return std::unexpected(std::move(text.error()));
  if (auto ok = write_new(path, *text); !ok) return std::unexpected(std::move(ok.error()));
  return fresh;
}

}  // namespace

Result<std::optional<SealedKeyfile>> peek_identity(const std::string& home) {
  auto file = read_if_there(path_in(home));
  if (!file) return std::unexpected(std::move(file.error()));
  if (!*file) return std::nullopt;
  auto sealed = parse_keyfile(**file);
  if (!sealed) {
    return fail(Code::kCorrupt,
                fmt::format("{}: {}: it is damaged; put a copy of it back, or choose another home",
                            path_in(home), sealed.error().detail));
  }
  return std::move(*sealed);
}

Result<Keyfile> load_or_create_fake_identity(const std::string& home, std::string_view name,
                                             std::string_view password, Random& random) {
  const std::string path = path_in(home);
  auto sealed = peek_identity(home);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  if (!*sealed) return create(path, name, password, random);
  if ((*sealed)->username != name) {
    return fail(Code::kExists,
                fmt::format("the home {} belongs to {}, not to {}: start it under that name, or "
                            "choose another home",
                            home, printable((*sealed)->username), name));
  }
  auto opened = unlock_keyfile(**sealed, password);
  if (opened) return opened;
  const std::string_view step =
      opened.error().code == Code::kDenied
          ? "the password is wrong: give the one that the home was made with"
          : "it is damaged: put a copy of it back, or choose another home";
  return fail(opened.error().code, fmt::format("{}: {}; {}", path, opened.error().detail, step));
}

}  // namespace kinode::crypto
