// Nobody has all threads: how many statements of one process run at once.
#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "msg/address.h"
#include "rt/mutex.h"

namespace kinode::sqlite {

struct Slot;
using SlotRef = std::shared_ptr<Slot>;

/// Counts what runs of each process, in all databases together. Thread: any.
class Shares {
 public:
  /// `each`: what one process may have running.
  explicit Shares(std::size_t each) : each_(each) {}

  /// True: one more of the process runs. False: it has its share, and a give() will name the slot.
  bool take(const msg::ProcessId& process, const SlotRef& slot) {
    rt::Lock lock(mutex_);
    Share& share = shares_[process];
    if (share.running < each_) {
      ++share.running;
      return true;
    }
    if (std::ranges::find(share.waiting, slot) == share.waiting.end()) {
      share.waiting.push_back(slot);
    }
    return false;
  }

  /// One of the process has ended. The slots where others of it may start now.
  std::vector<SlotRef> give(const msg::ProcessId& process) {
    rt::Lock lock(mutex_);
    const auto it = shares_.find(process);
    if (it == shares_.end()) return {};
    std::vector<SlotRef> waiting = std::move(it->second.waiting);
    it->second.waiting.clear();
    if (--it->second.running == 0) shares_.erase(it);
    return waiting;
  }

 private:
  struct Share {
    std::size_t running = 0;
    std::vector<SlotRef> waiting;
  };

  const std::size_t each_;
  rt::Mutex mutex_;
  // A process is here while something of it runs.
  std::unordered_map<msg::ProcessId, Share> shares_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::sqlite
