// A backup of a home whose node is running: the node does it.
#pragma once

#include <functional>
#include <string>

#include "modules/backup/backup_writer.h"

namespace kinode::node {

struct LiveBackupRequest {
  std::string target;     // an absolute path; the repository is there
  backup::Secret secret;  // opens it
  std::function<void(const backup::BackupProgress&)> progress;
  const std::atomic<bool>* stop = nullptr;
};

/// Blocks until the node is done. kUnavailable: it does not answer.
Result<backup::BackupReport> run_live_backup(const std::string& home,
                                             const LiveBackupRequest& request);

}  // namespace kinode::node
