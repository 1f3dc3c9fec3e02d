// From a password's text to a key (RFC 8018 5.2), slow on purpose.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/secret.h"

namespace kinode::crypto {

/// PBKDF2-HMAC-SHA256, the first 32 bytes. A million rounds take about 0.1 s.
SecretBytes pbkdf2_sha256(std::string_view password, ByteView salt, std::uint32_t rounds);

}  // namespace kinode::crypto
