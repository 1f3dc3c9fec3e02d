#include "node/live_backup.h"

#include <fmt/format.h>

namespace kinode::node {

Result<backup::BackupReport> run_live_backup(const std::string& home,
                                             const LiveBackupRequest& /*request*/) {
  return fail(Code::kUnavailable,
              fmt::format("the node of {} is running: stop it for the time of the backup",
                          printable(home)));
}

}  // namespace kinode::node
