// Order per key: which work may run now, and which must wait for its predecessor.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "rt/executor.h"

namespace kinode::rt {

/// Pure data. One thread, or guarded by its owner.
class KeyQueue {
 public:
  struct Job {
    std::string key;
    Work work;
  };

  /// The job, if it may start now; nothing when it was queued behind another of its key.
  std::optional<Job> submit(std::string_view key, Work work) {
    auto [it, fresh] = waiting_.try_emplace(std::string(key));
    if (fresh) return Job{it->first, std::move(work)};
    it->second.push_back(std::move(work));
    return std::nullopt;
  }

  /// Tells that a job of `key` has ended; the next of that key, if any.
  std::optional<Job> finished(const std::string& key) {
    const auto it = waiting_.find(key);
    if (it == waiting_.end()) return std::nullopt;
    if (it->second.empty()) {
      waiting_.erase(it);
      return std::nullopt;
    }
    Job next{key, std::move(it->second.front())};
    it->second.pop_front();
    return next;
  }

 private:
  std::unordered_map<std::string, std::deque<Work>> waiting_;  // a key is here while one of it runs
};

}  // namespace kinode::rt
