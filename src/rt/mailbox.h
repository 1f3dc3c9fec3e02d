// The queue in front of an actor, bounded by count and bytes, with a lane of its own for answers.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rt/actor.h"
#include "rt/executor.h"
#include "rt/mutex.h"

namespace kinode::rt {

struct MailboxBounds {
  std::size_t count_max;
  std::size_t bytes_max;
};

enum class Pushed : std::uint8_t {
  kOk,
  kFull,    // nothing was queued; see wait_for_room
  kClosed,  // the owner has ended
};

/// Many senders, one receiver. Two lanes share one order of arrival: ordinary messages, bounded,
/// and answers that the receiver has asked for, bounded by how many it may expect. So a receiver
/// that waits for one answer gets it although its mailbox is full, and what it does not take stays
/// accounted here. Thread: push*, wait_for_room, size from any; pop* and close from the receiver.
template <class T>
class Mailbox {
 public:
  struct Item {
    T value;
    std::uint64_t arrival;  // position in the common order
  };

  explicit Mailbox(MailboxBounds bounds) : bounds_(bounds) {}

  /// Queues `value`, which counts as `bytes`. An empty lane takes one value of any size, so that a
  /// large message is not undeliverable for ever. `value` is moved from only on kOk.
  Pushed push(T& value, std::size_t bytes) {
    Lock lock(mutex_);
    if (closed_) return Pushed::kClosed;
    if (!has_room(bytes)) return Pushed::kFull;
    append(messages_, value, bytes);
    bytes_ += bytes;
    return Pushed::kOk;
  }

  /// Queues an answer, of which at most `count_max` may stand here.
  Pushed push_answer(T& value, std::size_t bytes, std::size_t count_max) {
    Lock lock(mutex_);
    if (closed_) return Pushed::kClosed;
    if (answers_.size() >= count_max) return Pushed::kFull;
    append(answers_, value, bytes);
    return Pushed::kOk;
  }

  /// The oldest of both lanes. Parked senders are scheduled on `executor` when at least a quarter
  /// of the bounds is free, so that each wake-up is worth a batch.
  std::optional<Item> pop(Executor& executor) {
    std::vector<std::weak_ptr<Actor>> wake;
    std::optional<Item> out;
    {
      Lock lock(mutex_);
      if (messages_.empty() ||
          (!answers_.empty() && answers_.front().item.arrival < messages_.front().item.arrival)) {
        return take(answers_);
      }
      bytes_ -= messages_.front().bytes;
      out = take(messages_);
      if (!parked_.empty() && mostly_free()) wake.swap(parked_);
    }
    wake_all(wake, executor);
    return out;
  }

  /// The oldest answer.
  std::optional<Item> pop_answer() {
    Lock lock(mutex_);
    return take(answers_);
  }

  /// Position of what pop() would return.
  std::optional<std::uint64_t> next_arrival() const {
    Lock lock(mutex_);
    if (messages_.empty() && answers_.empty()) return std::nullopt;
    if (messages_.empty()) return answers_.front().item.arrival;
    if (answers_.empty()) return messages_.front().item.arrival;
    return std::min(messages_.front().item.arrival, answers_.front().item.arrival);
  }

  /// A position of its own in the order of arrival, for what the receiver tells itself.
  std::uint64_t stamp() {
    Lock lock(mutex_);
    return next_++;
  }

  /// False: there is room for `bytes`, or the mailbox is closed: try again now. True: `actor` will
  /// be scheduled when there is room.
  bool wait_for_room(std::size_t bytes, std::weak_ptr<Actor> actor) {
    Lock lock(mutex_);
    if (closed_ || has_room(bytes)) return false;
    parked_.push_back(std::move(actor));
    return true;
  }

  /// Refuses everything from now on, wakes parked senders and hands back the ordinary messages.
  std::vector<T> close(Executor& executor) {
    std::vector<std::weak_ptr<Actor>> wake;
    std::vector<T> rest;
    {
      Lock lock(mutex_);
      closed_ = true;
      for (auto& entry : messages_) rest.push_back(std::move(entry.item.value));
      messages_.clear();
      answers_.clear();
      bytes_ = 0;
      wake.swap(parked_);
    }
    wake_all(wake, executor);
    return rest;
  }

  /// Ordinary messages that wait, and the bytes they count for.
  std::size_t size() const {
    Lock lock(mutex_);
    return messages_.size();
  }
  std::size_t bytes() const {
    Lock lock(mutex_);
    return bytes_;
  }

 private:
  struct Entry {
    Item item;
    std::size_t bytes;
  };
  using Lane = std::deque<Entry>;

  void append(Lane& lane, T& value, std::size_t bytes)
      __attribute__((requires_capability(mutex_))) {
    lane.push_back({Item{std::move(value), next_++}, bytes});
  }
  static std::optional<Item> take(Lane& lane) {
    if (lane.empty()) return std::nullopt;
    std::optional<Item> out(std::move(lane.front().item));
    lane.pop_front();
    return out;
  }
  bool has_room(std::size_t bytes) const __attribute__((requires_capability(mutex_))) {
    if (messages_.empty()) return true;
    return messages_.size() < bounds_.count_max && bytes <= bounds_.bytes_max &&
           bytes_ <= bounds_.bytes_max - bytes;
  }
  bool mostly_free() const __attribute__((requires_capability(mutex_))) {
    return messages_.size() <= bounds_.count_max * 3 / 4 && bytes_ <= bounds_.bytes_max * 3 / 4;
  }
  static void wake_all(std::vector<std::weak_ptr<Actor>>& wake, Executor& executor) {
    for (auto& weak : wake) {
      if (auto actor = weak.lock()) executor.schedule(*actor);
    }
  }

  const MailboxBounds bounds_;
  mutable Mutex mutex_;
  Lane messages_ __attribute__((guarded_by(mutex_)));
  Lane answers_ __attribute__((guarded_by(mutex_)));
  std::uint64_t next_ __attribute__((guarded_by(mutex_))) = 0;
  std::size_t bytes_ __attribute__((guarded_by(mutex_))) = 0;
  bool closed_ __attribute__((guarded_by(mutex_))) = false;
  std::vector<std::weak_ptr<Actor>> parked_ __attribute__((guarded_by(mutex_)));
};

}  // namespace kinode::rt
