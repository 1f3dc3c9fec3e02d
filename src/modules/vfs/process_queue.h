// In which order the requests of one process are worked on (R1).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace kinode::vfs {

/// What is known of a piece of work here.
struct Job {
  virtual ~Job() = default;

  /// Work of one lane (a path) is done one after the other, as it came.
  std::string lane;
  /// After everything that came before and before everything that comes after, whatever the lane.
  bool alone = false;
};
using JobRef = std::shared_ptr<Job>;

/// One process's work: in order per lane, lanes side by side, `running_max` at once.
/// Pure data. One thread, or guarded by its owner.
class ProcessQueue {
 public:
  explicit ProcessQueue(std::size_t running_max) : running_max_(running_max) {}

  void add(JobRef job);

  /// What may start now; null: nothing, until something has finished. It counts as running.
  JobRef next();

  /// What next() gave has been done.
  void finished(const Job& job);

  bool empty() const { return admitted_ == 0 && !alone_ && behind_.empty(); }

 private:
  bool admit(const JobRef& job);

  const std::size_t running_max_;
  std::size_t running_ = 0;
  std::size_t admitted_ = 0;  // of lanes: ready, running, or waiting for their lane
  bool alone_ = false;        // one that wants to be alone is ready or running
  std::deque<JobRef> ready_;
  std::unordered_map<std::string, std::deque<JobRef>> lanes_;  // a lane is here while it is used
  std::deque<JobRef> behind_;  // from the first that must wait until all others are done
};

}  // namespace kinode::vfs
