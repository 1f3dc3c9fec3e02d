// Questions to the vfs: a path and an action (io.md 8.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ask.h"
#include "kinode/vfs.h"

namespace kinode::vfs {

inline constexpr ProcessIdView kModule{"vfs", "distro", "sys"};

/// `action` is JSON. Errors: also kInvalid, for a path that is not UTF-8.
Result<kinode::detail::Answer> ask(std::string_view path, std::string_view action, uint64_t seconds,
                                   std::optional<BytesArg> blob = {},
                                   std::string_view addition = {});

/// The same for an action that is answered with "Ok".
inline Status act(std::string_view path, std::string_view action, uint64_t seconds,
                  std::optional<BytesArg> blob = {}, std::string_view addition = {}) {
  return kinode::detail::done(ask(path, action, seconds, std::move(blob), addition));
}

}  // namespace kinode::vfs
