// From a password to the text that opens a keyfile (kernel.md 6.1, "Password hash").
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace kinode::crypto {

/// `0x` and 64 lowercase hex digits. Nodes of 1.0 and after: Argon2id with the node's name as salt.
/// Names shorter than 8 bytes, which 1.0 cannot log in with, are repeated as its successor does
/// (fault 45). Takes about 30 ms and 19 MiB. Error: an empty name.
Result<std::string> password_hash(std::string_view node_name, std::string_view password);

/// Up to 0.9: SHA-256 of the password.
std::string password_hash_before_1_0(std::string_view password);

/// Development builds in between: SHA-256 of name and password.
std::string password_hash_development(std::string_view node_name, std::string_view password);

}  // namespace kinode::crypto
