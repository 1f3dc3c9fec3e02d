// The screen of Ctrl-W, where processes get a level of their own (kernel.md 9.3).
#pragma once

#include <optional>
#include <string>

#include "modules/terminal/line_editor.h"
#include "modules/terminal/screen.h"
#include "modules/terminal/verbosity.h"

namespace kinode::terminal {

/// What a line that was entered there asks for; nothing set: it was not understood.
struct VerbosityChange {
  msg::ProcessId process;
  std::optional<ProcessVerbosity> verbosity;  // none: remove
};

/// `<process id> <level or mute>` or `<process id>`.
std::optional<VerbosityChange> parse_verbosity_change(std::string_view line);

/// One thread.
class VerbosityScreen {
 public:
  /// Handles a key; a line that was entered and understood is returned.
  std::optional<VerbosityChange> handle(const Key& key);

  /// All of the screen: it is cleared and drawn, whatever was there. Rows and columns that do not
  /// exist are left out.
  std::string draw(Size size, const VerbosityTable& table);

 private:
  LineEditor line_;
};

}  // namespace kinode::terminal
