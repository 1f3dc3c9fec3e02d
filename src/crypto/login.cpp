#include "crypto/login.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "crypto/keyfile_disk.h"
#include "crypto/password_hash.h"
#include "msg/address.h"

namespace kinode::crypto {

namespace {

constexpr std::size_t kJwtSecretBytes = 32;
// Nonce and tag around the three forms that a key is stored in (pkcs8.h).
constexpr std::size_t kSealedKeyBytes[] = {12 + 83 + 16, 12 + 85 + 16, 12 + 48 + 16};

Result<std::string> text_that_opens(PasswordForm form, std::string_view name,
                                    std::string_view password) {
  switch (form) {
    case PasswordForm::kToday:
      return password_hash(name, password);
    case PasswordForm::kBeforeArgon:
      return password_hash_before_1_0(password);
    case PasswordForm::kDevelopment:
      return password_hash_development(name, password);
    case PasswordForm::kPlainText:
      return std::string(password);
  }
  return fail(Code::kInternal, "a form of passwords that does not exist");
}

std::unexpected<Error> damaged(const std::string& path, std::string_view why) {
  return fail(Code::kCorrupt,
              fmt::format("{}: {}: it is damaged; put a copy of it back", path, why));
}

Result<std::optional<SealedKeyfile>> parse_if_there(const std::string& path,
                                                    const std::optional<ByteVector>& file) {
  if (!file) return std::nullopt;
  auto sealed = parse_keyfile(*file);
  if (!sealed) return damaged(path, sealed.error().detail);
  if (!msg::is_kimap_safe_node(sealed->username)) {
    return damaged(path, fmt::format("its name {} is not the name of a node",
                                     printable(sealed->username.substr(0, 100))));
  }
  // Else a file that was cut off could only be told from a wrong password by guessing.
  if (std::ranges::find(kSealedKeyBytes, sealed->net_key.size()) == std::end(kSealedKeyBytes)) {
    return damaged(path, "its networking key is cut off");
  }
  return std::move(*sealed);
}

/// What is old in a way that matters is made new in `keyfile`; a sentence for each.
std::vector<std::string> modernize(OpenedKeyfile& opened, Random& random) {
  std::vector<std::string> done;
  if (opened.keyfile.jwt_secret.size() < kJwtSecretBytes) {
    opened.keyfile.jwt_secret = SecretBytes::random(kJwtSecretBytes, random);
    done.emplace_back(
        "the secret behind browser sessions was so short that it could be guessed: it was "
        "replaced, browsers have to log in again");
  }
  if (opened.form == PasswordForm::kBeforeArgon || opened.form == PasswordForm::kDevelopment) {
    opened.form = PasswordForm::kToday;
    done.emplace_back(
        "the keyfile was locked in the way of an older version: the same password now locks it in "
        "the way of 1.0");
  }
  return done;
}

/// Writes the keyfile anew. Returns where the old one is kept.
Result<std::string> replace(const std::string& home, ByteView old, std::string_view password,
                            const OpenedKeyfile& opened, Random& random) {
  const auto lock = text_that_opens(opened.form, opened.keyfile.username, password);
  if (!lock) return std::unexpected(lock.error());
  const Bytes salt = fresh_salt(random);
  const SecretBytes key = derive_disk_key(*lock, salt.view());
  const auto sealed = seal_keyfile(opened.keyfile, key, salt, random);
  if (!sealed) return std::unexpected(sealed.error());
  // A keyfile that does not open is a node lost, so it is tried before the old one goes.
  const std::string text = write_keyfile(*sealed);
  const auto read = parse_keyfile(as_bytes(text));
  const auto again = read ? unlock_keyfile(*read, key) : std::unexpected(read.error());
  if (!again || again->net_key.public_key() != opened.keyfile.net_key.public_key()) {
    return fail(Code::kInternal, "the new keyfile would not open");
  }
  return replace_keyfile(home, old, text);
}

/// The likeliest first: each try takes a tenth of a second.
std::array<PasswordForm, 4> forms_to_try(const SealedKeyfile& sealed) {
  using enum PasswordForm;
  // The secret of real nodes has two bytes in all versions of the original; a longer one is that
  // of a simulated node, or of a node that logged in here.
  constexpr std::size_t kShort = 12 + 2 + 16;
  if (sealed.jwt_secret.size() == kShort) return {kToday, kBeforeArgon, kDevelopment, kPlainText};
  return {kToday, kPlainText, kBeforeArgon, kDevelopment};
}

}  // namespace

Result<OpenedKeyfile> open_with_password(const SealedKeyfile& sealed, std::string_view password) {
  for (const PasswordForm form : forms_to_try(sealed)) {
    const auto text = text_that_opens(form, sealed.username, password);
    if (!text) return std::unexpected(text.error());
    auto opened = unlock_keyfile(sealed, *text);
    if (opened) return OpenedKeyfile{std::move(*opened), form};
    if (opened.error().code != Code::kDenied) return std::unexpected(std::move(opened.error()));
  }
  return fail(Code::kDenied, "could not decode keyfile, password incorrect");
}

Result<LoggedIn> log_in(const std::string& home, std::string_view password, Random& random) {
  const std::string path = keyfile_path(home);
  auto file = read_keyfile(home);
  if (!file) return std::unexpected(std::move(file.error()));
  auto sealed = parse_if_there(path, *file);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  if (!*sealed) {
    return fail(Code::kNotFound,
                fmt::format("{} is not there, so there is nobody to log in as: name the home of an "
                            "existing node, or put its keyfile there",
                            path));
  }
  auto opened = open_with_password(**sealed, password);
  if (!opened && opened.error().code == Code::kDenied) {
    return fail(Code::kDenied, fmt::format("{}: {}: give the password of {}; nothing was changed",
                                           path, opened.error().detail, (*sealed)->username));
  }
  if (!opened && opened.error().code == Code::kCorrupt) return damaged(path, opened.error().detail);
  if (!opened) return std::unexpected(std::move(opened.error()));
  std::vector<std::string> notices = modernize(*opened, random);
  if (!notices.empty()) {
    const auto kept = replace(home, **file, password, *opened, random);
    notices.push_back(
        kept ? fmt::format("the keyfile as it was is kept as {}", *kept)
             : fmt::format("{} could not be replaced ({}), so this holds until the node ends", path,
                           kept.error().detail));
  }
  return LoggedIn{std::move(opened->keyfile), std::move(notices)};
}

}  // namespace kinode::crypto
