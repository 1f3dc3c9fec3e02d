#include "modules/sqlite/sqlite_databases.h"

#include <algorithm>
#include <fmt/format.h>

#include "store/database_path.h"

namespace kinode::sqlite {

SlotRef Databases::find(const msg::DatabaseKey& key) const {
  rt::Lock lock(mutex_);
  const auto it = slots_.find(key);
  return it == slots_.end() ? nullptr : it->second;
}

std::vector<JobRef> Databases::startable(const SlotRef& slot) {
  return slot->turns.start([&](const Job& job) {
    return job.kind != Job::Kind::kRequest || shares_.take(job.process, slot);
  });
}

/// What ran of `job`'s process runs no more.
std::vector<SlotRef> Databases::give_share(const Job& job) {
  if (job.kind != Job::Kind::kRequest) return {};
  return shares_.give(job.process);
}

void Databases::start(const SlotRef& slot) {
  std::vector<JobRef> jobs;
  {
    rt::Lock lock(slot->mutex);
    jobs = startable(slot);
  }
  for (JobRef& job : jobs) run_(slot, std::move(job));
}

SqliteStatus Databases::submit(const msg::DatabaseKey& key, JobRef job) {
  const auto full = [&] {
    return std::unexpected(SqliteError::io(
        fmt::format("too much waits for {}: wait for answers before asking more", key.text()),
        "Overloaded"));
  };
  const std::size_t bytes = job->bytes;
  if (queued_bytes_.load() + bytes > limits::kDatabasesQueuedBytesMax) return full();
  SlotRef slot;
  {
    // A slot is pushed to under the lock, so that it is not forgotten in between.
    rt::Lock lock(mutex_);
    auto it = slots_.find(key);
    if (it == slots_.end()) {
      auto directory = store::database_directory(root_, key);
      if (!directory) {
        return std::unexpected(SqliteError::io(std::move(directory.error().detail), "InvalidName"));
      }
      it = slots_.emplace(key, std::make_shared<Slot>(key, std::move(*directory), *self_, gate_))
               .first;
    }
    slot = it->second;
    rt::Lock slot_lock(slot->mutex);
    if (!slot->turns.push(std::move(job))) return full();
    queued_bytes_.fetch_add(bytes);
  }
  start(slot);
  return {};
}

void Databases::push_always(const SlotRef& slot, JobRef job) {
  {
    rt::Lock lock(slot->mutex);
    slot->turns.push(std::move(job));
  }
  start(slot);
}

JobRef Databases::finished(const SlotRef& slot, const JobRef& job) {
  queued_bytes_.fetch_sub(job->bytes);
  std::vector<JobRef> jobs;
  const std::vector<SlotRef> others = give_share(*job);
  {
    rt::Lock lock(slot->mutex);
    slot->turns.finished(*job);
    jobs = startable(slot);
  }
  for (const auto& other : others) {
    if (other != slot) start(other);
  }
  if (jobs.empty()) return nullptr;
  for (std::size_t i = 1; i < jobs.size(); ++i) run_(slot, std::move(jobs[i]));
  return std::move(jobs.front());
}

void Databases::restart_with_all(const SlotRef& slot, const JobRef& job) {
  const std::vector<SlotRef> others = give_share(*job);
  {
    rt::Lock lock(slot->mutex);
    slot->turns.restart_with_all(job);
  }
  start(slot);
  for (const auto& other : others) {
    if (other != slot) start(other);
  }
}

std::size_t Databases::open_max() const {
  return std::clamp<std::size_t>(descriptors_.load() / limits::kSqliteDescriptorsPerDatabase, 1,
                                 limits::kDatabasesOpenMax);
}

std::vector<SlotRef> Databases::open_slots() const {
  std::vector<SlotRef> out;
  rt::Lock lock(mutex_);
  for (const auto& [key, slot] : slots_) {
    if (slot->is_open.load()) out.push_back(slot);
  }
  return out;
}

bool Databases::make_room(const Slot& slot) {
  std::vector<SlotRef> open = open_slots();
  const std::size_t max = open_max();
  if (open.size() < max) return false;
  std::ranges::sort(open, {}, [](const SlotRef& s) {
    return std::pair(s->has_transactions.load(), s->last_used.load());
  });
  std::size_t to_close = open.size() + 1 - max;
  bool closed = false;
  for (const SlotRef& victim : open) {
    if (to_close == 0) break;
    if (victim.get() == &slot) continue;
    {
      rt::Lock lock(victim->mutex);
      if (!victim->turns.try_all()) continue;
    }
    victim->close();
    closed = true;
    --to_close;
    {
      rt::Lock lock(victim->mutex);
      victim->turns.finished_all();
    }
    start(victim);
  }
  return closed;
}

bool Databases::tell_all(Job::Kind kind) {
  rt::Lock lock(mutex_);
  std::erase_if(slots_, [](const auto& entry) {
    rt::Lock slot_lock(entry.second->mutex);
    return !entry.second->is_open.load() && entry.second->turns.idle();
  });
  for (const auto& [key, slot] : slots_) {
    auto job = std::make_shared<Job>();
    job->kind = kind;
    push_always(slot, std::move(job));
  }
  return !slots_.empty();
}

void Databases::give_up_all() {
  for (const auto& slot : open_slots()) {
    rt::Lock lock(slot->mutex);
    slot->turns.give_up_all();
  }
}

void Databases::process_ended(const msg::ProcessId& process) {
  for (const auto& slot : open_slots()) {
    {
      rt::Lock lock(slot->mutex);
      slot->turns.give_up(process);
    }
    if (!slot->has_transactions.load()) continue;
    auto job = std::make_shared<Job>();
    job->kind = Job::Kind::kProcessEnded;
    job->needs = Job::Needs::kWriter;
    job->process = process;
    push_always(slot, std::move(job));
  }
}

}  // namespace kinode::sqlite
