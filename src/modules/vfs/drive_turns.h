// Who may work in which drive at the moment: all side by side, until one wants a drive for itself.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace kinode::vfs {

/// What is known of a piece of work here.
struct DriveJob {
  virtual ~DriveJob() = default;

  /// The drives that it is about; none: it is in nobody's way.
  std::vector<std::string> drives;
};
using DriveJobRef = std::shared_ptr<DriveJob>;

/// Work that wants a drive alone holds back what comes, waits for what runs, and then runs: what it
/// does in many steps is seen as one. Pure data. One thread, or guarded by its owner.
class DriveTurns {
 public:
  /// True: it may run now, and finished() has to follow. False: it is kept, and a later finished()
  /// gives it back. One drive at most may be wanted `alone`.
  bool start(const DriveJobRef& job, bool alone);

  /// What start() let run has done a part of its work. Those who may try again now.
  std::vector<DriveJobRef> finished(const DriveJobRef& job);

  /// Whether somebody has the drive alone, or waits until he may.
  bool is_held(const std::string& drive) const;

 private:
  struct Drive {
    std::size_t running = 0;
    DriveJobRef owner;  // runs or waits alone
    bool owner_runs = false;
    std::vector<DriveJobRef> kept;
  };

  // A drive is here while something runs or waits in it.
  std::unordered_map<std::string, Drive> drives_;
};

}  // namespace kinode::vfs
