#include "modules/vfs/drive_turns.h"

#include <iterator>

namespace kinode::vfs {

bool DriveTurns::start(const DriveJobRef& job, bool alone) {
  for (const auto& name : job->drives) {
    const auto it = drives_.find(name);
    if (it == drives_.end() || !it->second.owner || it->second.owner == job) continue;
    it->second.kept.push_back(job);
    return false;
  }
  if (!alone) {
    for (const auto& name : job->drives) ++drives_[name].running;
    return true;
  }
  Drive& drive = drives_[job->drives.front()];
  drive.owner = job;
  drive.owner_runs = drive.running == 0;
  return drive.owner_runs;
}

std::vector<DriveJobRef> DriveTurns::finished(const DriveJobRef& job) {
  std::vector<DriveJobRef> out;
  for (const auto& name : job->drives) {
    const auto it = drives_.find(name);
    if (it == drives_.end()) continue;
    Drive& drive = it->second;
    if (drive.owner == job && drive.owner_runs) {
      drive.owner = nullptr;
      std::ranges::move(drive.kept, std::back_inserter(out));
      drive.kept.clear();
    } else if (--drive.running == 0 && drive.owner) {
      out.push_back(drive.owner);  // its turn has come: it tries again
    }
    if (drive.running == 0 && !drive.owner) drives_.erase(it);
  }
  return out;
}

bool DriveTurns::is_held(const std::string& drive) const {
  const auto it = drives_.find(drive);
  return it != drives_.end() && it->second.owner != nullptr;
}

}  // namespace kinode::vfs
