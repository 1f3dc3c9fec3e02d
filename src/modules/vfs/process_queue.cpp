#include "modules/vfs/process_queue.h"

namespace kinode::vfs {

void ProcessQueue::add(JobRef job) {
  if (!behind_.empty() || !admit(job)) behind_.push_back(std::move(job));
}

/// False: it must wait until what was admitted before is done.
bool ProcessQueue::admit(const JobRef& job) {
  if (alone_ || (job->alone && admitted_ > 0)) return false;
  if (job->alone) {
    alone_ = true;
    ready_.push_back(job);
    return true;
  }
  ++admitted_;
  const auto [lane, fresh] = lanes_.try_emplace(job->lane);
  (fresh ? ready_ : lane->second).push_back(job);
  return true;
}

JobRef ProcessQueue::next() {
  if (ready_.empty() || running_ >= running_max_) return nullptr;
  ++running_;
  JobRef job = std::move(ready_.front());
  ready_.pop_front();
  return job;
}

void ProcessQueue::finished(const Job& job) {
  --running_;
  if (job.alone) {
    alone_ = false;
  } else {
    --admitted_;
    const auto lane = lanes_.find(job.lane);
    if (lane->second.empty()) {
      lanes_.erase(lane);
    } else {
      ready_.push_back(std::move(lane->second.front()));
      lane->second.pop_front();
    }
  }
  while (!behind_.empty() && admit(behind_.front())) behind_.pop_front();
}

}  // namespace kinode::vfs
