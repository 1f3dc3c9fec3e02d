// The standard input and output of the process.
#pragma once

#include <memory>

#include "modules/terminal/tty.h"

namespace kinode::terminal {

/// Whether somebody can type and see: both descriptors belong to a terminal, and its keyboard to
/// us. (A job in the background that reads or changes the terminal would be stopped.)
bool is_interactive(int in, int out);

/// `in` below 0: there is no keyboard. `out` may be anything that can be written to. Both stay
/// open; settings of the terminal are put back at the end. SIGWINCH has to be blocked before any
/// thread starts. Error: no descriptors left.
Result<std::unique_ptr<Tty>> open_os_tty(int in, int out);

}  // namespace kinode::terminal
