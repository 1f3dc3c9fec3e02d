// From a home and a password to the node's keys (kernel.md 5.2 step 8, 6.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/keyfile.h"

namespace kinode::crypto {

/// What a keyfile can have been locked with: what each version makes of a password.
enum class PasswordForm : std::uint8_t { kToday, kBeforeArgon, kDevelopment, kPlainText };

struct OpenedKeyfile {
  Keyfile keyfile;
  PasswordForm form;
};

/// Tries every form. Takes 0.15 s for the one of today, half a second to find that a password is
/// wrong: call it on the blocking pool, or before anything else runs.
/// Errors: kDenied, a wrong password; kCorrupt, damaged.
Result<OpenedKeyfile> open_with_password(const SealedKeyfile& sealed, std::string_view password);

struct LoggedIn {
  Keyfile keyfile;
  std::vector<std::string> notices;  // what was changed in the home, for people
};

/// Opens `<home>/.keys`. One that is old in a way that matters is replaced in one step, the old one
/// is kept beside it: where the secret of session tokens is too short (fault 5) it gets a fresh
/// one, and where the password was stored as before 1.0 (fault 44) as it is today. A disk that
/// refuses does not keep anybody out. The caller holds the home's lock. As slow as
/// open_with_password, and 0.15 s more when the file is replaced.
/// Errors, each with what to do: kNotFound, no keyfile; kDenied, wrong password, or no right to
/// read; kCorrupt, damaged; kIo, the disk. Nothing was changed then.
Result<LoggedIn> log_in(const std::string& home, std::string_view password, Random& random);

}  // namespace kinode::crypto
