// Commands of earlier sessions: `<home>/.terminal_history`, one per line, oldest first
// (kernel.md 9.5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace kinode::terminal {

/// The newest limits::kTerminalHistoryLinesMax commands; a file that is not there has none. Lines
/// that nobody could have typed lose what could not be. A file with more is written anew with
/// these, so that it does not grow for ever. Blocks on the disk.
Result<std::vector<std::string>> load_history(const std::string& path);

/// Blocks on the disk.
Status append_history(const std::string& path, std::string_view command);

}  // namespace kinode::terminal
