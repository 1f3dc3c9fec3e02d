#include "modules/http_server/waiting.h"

#include <utility>
#include <vector>

namespace kinode::http_server {

namespace {

// An answer that was sent before the end has long been handled by then.
constexpr Nanos kLastAnswers = std::chrono::milliseconds(100);

}  // namespace

std::uint64_t Waiting::next_id() {
  rt::Lock lock(mutex_);
  return ids_.next();
}

bool Waiting::add(std::uint64_t id, Exchange exchange, const msg::ProcessId& owner, Nanos time) {
  rt::Timers& timers = port_.executor().timers();
  const Instant now = port_.executor().clock().now();
  const rt::TimerId timer = timers.call_at(now + time, [weak = weak_from_this(), id] {
    if (const auto self = weak.lock()) self->answer(id, 408);
  });
  {
    rt::Lock lock(mutex_);
    std::size_t& count = counts_[owner];
    if (!is_stopping_ && count < of_one_max_) {
      ++count;
      entries_.emplace(id, Entry{{std::move(exchange), owner}, timer, now});
      return true;
    }
    if (count == 0) counts_.erase(owner);
  }
  timers.cancel(timer);
  return false;
}

std::optional<Waiting::Taken> Waiting::take(std::uint64_t id) {
  Entry out;
  {
    rt::Lock lock(mutex_);
    const auto it = entries_.find(id);
    if (it == entries_.end()) return std::nullopt;
    out = std::move(it->second);
    entries_.erase(it);
    const auto count = counts_.find(out.taken.owner);
    if (--count->second == 0) counts_.erase(count);
  }
  port_.executor().timers().cancel(out.timer);
  return std::move(out.taken);
}

void Waiting::answer(std::uint64_t id, unsigned status) {
  if (const auto taken = take(id)) taken->exchange->respond({status, {}, {}});
}

void Waiting::owner_ended(const msg::ProcessId& owner) {
  const Instant now = port_.executor().clock().now();
  {
    rt::Lock lock(mutex_);
    if (!counts_.contains(owner)) return;
  }
  port_.executor().timers().call_at(now + kLastAnswers, [weak = weak_from_this(), owner, now] {
    if (const auto self = weak.lock()) self->give_up(owner, now);
  });
}

void Waiting::give_up(const msg::ProcessId& owner, Instant ended) {
  std::vector<std::uint64_t> ids;
  {
    rt::Lock lock(mutex_);
    for (const auto& [id, entry] : entries_) {
      if (entry.since <= ended && entry.taken.owner == owner) ids.push_back(id);
    }
  }
  for (const std::uint64_t id : ids) answer(id, 503);
}

void Waiting::stop() {
  std::unordered_map<std::uint64_t, Entry> rest;
  {
    rt::Lock lock(mutex_);
    is_stopping_ = true;
    rest.swap(entries_);
    counts_.clear();
  }
  for (auto& [id, entry] : rest) {
    port_.executor().timers().cancel(entry.timer);
    entry.taken.exchange->respond({503, {}, {}});
  }
}

}  // namespace kinode::http_server
