// Who is ready, in the order of fairness: first whoever has had least of the processor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "rt/actor.h"

namespace kinode::rt {

/// Virtual-time fair queueing, as in Linux's CFS: each actor carries the processor time it has had,
/// divided by its weight, and the one that is furthest behind goes first. Who was asleep keeps a
/// small head start and no more, so that an answer overtakes those that compute, and nobody saves
/// up time to hold up others with. Weights count against each other: 200 gets twice what 100 gets.
/// Not synchronised; `Worker` locks.
class ReadyQueue {
 public:
  /// The head start of a sleeper, and what a newcomer is taken to have had (else a storm of
  /// short-lived ones would always go first).
  static constexpr std::int64_t kHeadStartNs = 2'000'000;
  static constexpr std::int64_t kNewcomerNs = 1'000'000;
  /// How long a heavy user may have to wait for the rest. The clock goes by as many times slower as
  /// there are others, so in a crowd this is less of it; never less than what a slice takes.
  static constexpr std::int64_t kBehindMaxNs = 200'000'000;
  static constexpr std::int64_t kBehindLeastNs = 2'000'000;

  /// Keeps the actor alive until pop() hands it out.
  void push(std::shared_ptr<Actor> actor) {
    const std::int64_t at = place(*actor);
    heap_.push_back({at, std::move(actor)});
    rise(heap_.size() - 1);
  }

  /// Null when nobody is ready.
  std::shared_ptr<Actor> pop() {
    if (heap_.empty()) return nullptr;
    clock_ = std::max(clock_, heap_.front().at);
    auto actor = std::move(heap_.front().actor);
    ActorState::virtual_time(*actor) = {heap_.front().at, this, clock_};
    Entry last = std::move(heap_.back());
    heap_.pop_back();
    if (!heap_.empty()) sink(std::move(last));
    return actor;
  }

  std::size_t size() const { return heap_.size(); }
  bool empty() const { return heap_.empty(); }

 private:
  // Four children: half the levels of a binary heap, and a node's children share a cache line or
  // two.
  static constexpr std::size_t kChildren = 4;
  struct Entry {
    std::int64_t at;
    std::shared_ptr<Actor> actor;
  };

  std::int64_t place(Actor& actor) const {
    const VirtualTime& time = ActorState::virtual_time(actor);
    if (time.had_ns == VirtualTime::kNew) return clock_ + kNewcomerNs;
    const std::int64_t had =
        time.queue == this ? time.had_ns : clock_ + (time.had_ns - time.clock_ns);
    const auto others = static_cast<std::int64_t>(heap_.size() + 1);
    const std::int64_t behind_max =
        std::max(kBehindMaxNs / others, ActorState::weighted(actor, kBehindLeastNs));
    return std::clamp(had, clock_ - kHeadStartNs, clock_ + behind_max);
  }

  void rise(std::size_t i) {
    Entry entry = std::move(heap_[i]);
    while (i > 0) {
      const std::size_t parent = (i - 1) / kChildren;
      if (heap_[parent].at <= entry.at) break;
      heap_[i] = std::move(heap_[parent]);
      i = parent;
    }
    heap_[i] = std::move(entry);
  }

  /// Finds the place of `entry` from the empty root downward.
  void sink(Entry entry) {
    std::size_t i = 0;
    for (;;) {
      const std::size_t first = i * kChildren + 1;
      if (first >= heap_.size()) break;
      const std::size_t end = std::min(first + kChildren, heap_.size());
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child) {
        if (heap_[child].at < heap_[least].at) least = child;
      }
      if (entry.at <= heap_[least].at) break;
      heap_[i] = std::move(heap_[least]);
      i = least;
    }
    heap_[i] = std::move(entry);
  }

  std::vector<Entry> heap_;
  std::int64_t clock_ = 0;
};

}  // namespace kinode::rt
