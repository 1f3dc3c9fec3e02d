#include "modules/sqlite/sqlite_turns.h"

#include <algorithm>

namespace kinode::sqlite {

namespace {
// How far one looks past those who have to wait.
constexpr std::size_t kLookedAtMax = 256;
}  // namespace

bool Turns::push(JobRef job) {
  if (job->kind == Job::Kind::kRequest && !waiting_.empty() &&
      (waiting_.size() >= limits::kDatabaseQueueCountMax ||
       waiting_bytes_ + job->bytes > limits::kDatabaseQueueBytesMax)) {
    return false;
  }
  waiting_bytes_ += job->bytes;
  ++waiting_for(job->needs);
  waiting_.push_back(std::move(job));
  return true;
}

Turns::Counts Turns::running_of(const msg::ProcessId& process) const {
  Counts out;
  for (const JobRef& job : running_) {
    if (job->process != process) continue;
    ++(job->needs == Job::Needs::kReader ? out.reads : out.writes);
  }
  return out;
}

/// `before` counts what of the same process has not ended.
bool Turns::may_start(const Job& job, const Counts& before) const {
  switch (job.needs) {
    case Job::Needs::kReader:
      return !all_running_ && readers_running_ < limits::kSqliteReaders && before.writes == 0;
    case Job::Needs::kWriter:
      return !all_running_ && !writer_running_ && before.writes == 0 && before.reads == 0;
    case Job::Needs::kAll:
      return !all_running_ && running_.empty();
  }
  return false;
}

void Turns::started(const JobRef& ref) {
  Job& job = *ref;
  running_.push_back(ref);
  waiting_bytes_ -= job.bytes;
  --waiting_for(job.needs);
  if (job.needs == Job::Needs::kAll) all_running_ = true;
  if (job.needs == Job::Needs::kWriter) writer_running_ = true;
  if (job.needs != Job::Needs::kReader) return;
  ++readers_running_;
  const auto at = static_cast<std::size_t>(std::ranges::find(reader_busy_, false) -
                                           std::ranges::begin(reader_busy_));
  reader_busy_[at] = true;
  job.reader = at;
}

/// Spares looking through all that waits: most of the time what it needs is taken.
bool Turns::can_any_start() const {
  const auto waits_for = [&](Job::Needs needs) {
    return waiting_count_[static_cast<std::size_t>(needs)] > 0;
  };
  if (all_running_) return false;
  return waits_for(Job::Needs::kAll) || (waits_for(Job::Needs::kWriter) && !writer_running_) ||
         (waits_for(Job::Needs::kReader) && readers_running_ < limits::kSqliteReaders);
}

std::vector<JobRef> Turns::start(const Admit& admit) {
  std::vector<JobRef> out;
  std::unordered_map<msg::ProcessId, Counts> waits;
  std::size_t looked_at = 0;
  for (auto it = waiting_.begin();
       it != waiting_.end() && looked_at < kLookedAtMax && can_any_start(); ++looked_at) {
    Job& job = **it;
    Counts before = running_of(job.process);
    const Counts& ahead = waits[job.process];
    before.reads += ahead.reads;
    before.writes += ahead.writes;
    // Who needs everything is not overtaken.
    const bool first = it == waiting_.begin();
    const bool could = may_start(job, before) && (job.needs != Job::Needs::kAll || first);
    if (could && (!admit || admit(job))) {
      started(*it);
      out.push_back(std::move(*it));
      it = waiting_.erase(it);
      continue;
    }
    if (!could && (job.needs == Job::Needs::kAll || all_running_)) break;
    ++(job.needs == Job::Needs::kReader ? waits[job.process].reads : waits[job.process].writes);
    ++it;
  }
  return out;
}

void Turns::finished(const Job& job) {
  std::erase_if(running_, [&](const JobRef& running) { return running.get() == &job; });
  if (job.needs == Job::Needs::kAll) all_running_ = false;
  if (job.needs == Job::Needs::kWriter) writer_running_ = false;
  if (job.needs != Job::Needs::kReader) return;
  --readers_running_;
  reader_busy_[*job.reader] = false;
}

void Turns::restart_with_all(const JobRef& job) {
  finished(*job);
  job->needs = Job::Needs::kAll;
  job->reader.reset();
  waiting_bytes_ += job->bytes;
  ++waiting_for(job->needs);
  waiting_.push_front(job);
}

bool Turns::try_all() {
  if (!idle()) return false;
  all_running_ = true;
  return true;
}

void Turns::give_up(const msg::ProcessId& process) {
  const auto stop = [&](const Job& job) {
    if (job.process == process && job.needs == Job::Needs::kReader) job.given_up->store(true);
  };
  for (const JobRef& job : running_) stop(*job);
  for (const JobRef& job : waiting_) stop(*job);
}

void Turns::give_up_all() {
  for (const JobRef& job : running_) job->given_up->store(true);
  for (const JobRef& job : waiting_) job->given_up->store(true);
}

}  // namespace kinode::sqlite
