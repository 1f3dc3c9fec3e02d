// The identity of a node without a chain (`--fake-node-name`), kept in its home.
#pragma once

#include <optional>
#include <string>

#include "crypto/keyfile.h"

namespace kinode::crypto {

/// What is in `home` without opening it; takes microseconds. None: no keyfile yet. Error: a keyfile
/// that cannot be read.
Result<std::optional<SealedKeyfile>> peek_identity(const std::string& home);

/// Opens `<home>/.keys`, or makes it when there is none: a fresh key, 32 bytes of JWT secret and of
/// file key. The password itself stands in for its hash, as the original's simulation mode does
/// (kernel.md 5.5). An existing file is never changed. Takes about 0.1 s of CPU, so call it on the
/// blocking pool. The caller holds the home's lock.
/// Errors: kExists, the home belongs to another name; kDenied, wrong password; kCorrupt, damaged;
/// kIo, the disk. Each says what to do.
Result<Keyfile> load_or_create_fake_identity(const std::string& home, std::string_view name,
                                             std::string_view password, Random& random);

}  // namespace kinode::crypto
