// Base64 as SQL values carry it (RFC 4648, io.md 10.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kinode::detail {

std::string base64(std::string_view bytes);

/// The bytes that a text stands for; none, unless it is padded and its spare bits are zero: exactly
/// the texts that the sqlite module takes for bytes, the empty one among them.
std::optional<std::string> base64_bytes(std::string_view text);

}  // namespace kinode::detail
