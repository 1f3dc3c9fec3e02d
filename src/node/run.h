// From a checked command line to an exit code.
#pragma once

#include "node/config.h"

namespace kinode::node {

/// Boots a node, runs it until a signal or a shutdown command, and stops it in order. Returns an
/// ExitCode. Once per process, on the main thread, before any other thread exists.
int run(const Config& config);

}  // namespace kinode::node
