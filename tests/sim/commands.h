// Kernel commands and on-exit behaviour as they are drawn and as they are written.
#pragma once

#include <string>

#include "guest.h"

namespace kinode::sim {

/// What a process that may be `of` does when it ends; `may_request` with requests as well.
OnExitPlan some_on_exit(Stage& stage, Slot of, bool may_request);
msg::OnExit on_exit_of(const OnExitPlan& plan, const Stage& stage);

/// One of all commands that change something, and the one that asks.
Command some_command(Stage& stage);
std::string text_of(const Command& command, const Stage& stage);

/// A few capabilities that somebody might hold.
CapSet some_rights(Stage& stage);

}  // namespace kinode::sim
