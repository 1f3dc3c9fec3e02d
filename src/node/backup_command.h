// From a checked command line of `kinode backup` or `kinode restore` to an exit code.
#pragma once

#include "node/backup_config.h"

namespace kinode::node {

/// Asks, works, prints, and returns an ExitCode. Ctrl-C ends it soon and leaves nothing half done.
/// Once per process, on the main thread, before any other thread exists.
int run_backup(const BackupCommand& command);

}  // namespace kinode::node
