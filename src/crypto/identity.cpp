#include "crypto/identity.h"

#include <fmt/format.h>

#include "crypto/keyfile_disk.h"

namespace kinode::crypto {

namespace {

constexpr std::size_t kSecretBytes = 32;

Result<Keyfile> create(const std::string& home, std::string_view name, std::string_view password,
                       Random& random) {
  Keyfile fresh{std::string(name),
                {},
                KeyPair::generate(random),
                SecretBytes::random(kSecretBytes, random),
                SecretBytes::random(kSecretBytes, random)};
  const auto sealed = seal_keyfile(fresh, password, random);
  if (!sealed) return std::unexpected(sealed.error());
  if (auto ok = write_keyfile_in(home, write_keyfile(*sealed)); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  return fresh;
}

}  // namespace

Result<std::optional<SealedKeyfile>> peek_identity(const std::string& home) {
  auto file = read_keyfile(home);
  if (!file) return std::unexpected(std::move(file.error()));
  if (!*file) return std::nullopt;
  auto sealed = parse_keyfile(**file);
  if (!sealed) {
    return fail(Code::kCorrupt,
                fmt::format("{}: {}: it is damaged; put a copy of it back, or choose another home",
                            keyfile_path(home), sealed.error().detail));
  }
  return std::move(*sealed);
}

Result<Keyfile> load_or_create_fake_identity(const std::string& home, std::string_view name,
                                             std::string_view password, Random& random) {
  const std::string path = keyfile_path(home);
  auto sealed = peek_identity(home);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  if (!*sealed) return create(home, name, password, random);
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
