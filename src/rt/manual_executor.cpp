#include "rt/manual_executor.h"

#include <algorithm>
#include <utility>

namespace kinode::rt {

ManualExecutor::ManualExecutor(std::optional<std::uint64_t> seed)
    : timers_(clock_, [] {}), pool_(*this) {
  if (seed) random_.emplace(*seed);
}

ManualExecutor::~ManualExecutor() = default;

void ManualExecutor::schedule(Actor& actor) {
  if (ActorState::notify(actor)) ready_.push_back(actor.shared_from_this());
}

void ManualExecutor::post(Work work) { posted_.push_back(std::move(work)); }

void ManualExecutor::Pool::submit(std::string_view key, Work work, std::weak_ptr<Actor> /*payer*/) {
  if (auto job = order_.submit(key, std::move(work))) queue(std::move(*job));
}

void ManualExecutor::Pool::queue(KeyQueue::Job job) {
  owner_.posted_.push_back([this, job = std::move(job)]() mutable {
    job.work();
    if (auto next = order_.finished(job.key)) queue(std::move(*next));
  });
}

std::size_t ManualExecutor::pick(std::size_t count) {
  return random_ ? random_->next_u64() % count : 0;
}

bool ManualExecutor::run_one() {
  const std::size_t count = ready_.size() + posted_.size();
  if (count == 0) return false;
  // In order: posted work first, as the thread executor's event loop would.
  const std::size_t choice = pick(count);
  if (choice < posted_.size()) {
    const auto at = posted_.begin() + static_cast<std::ptrdiff_t>(choice);
    Work work = std::move(*at);
    posted_.erase(at);
    work();
    return true;
  }
  const auto at = ready_.begin() + static_cast<std::ptrdiff_t>(choice - posted_.size());
  const std::shared_ptr<Actor> actor = std::move(*at);
  ready_.erase(at);
  ActorState::begin(*actor, clock_.now());
  const Slice slice = actor->run_slice();
  ActorState::charge(*actor, Nanos{0});
  if (ActorState::end(*actor, slice)) ready_.push_back(actor);
  return true;
}

bool ManualExecutor::run_until_idle(std::size_t steps_max) {
  for (std::size_t step = 0; step < steps_max; ++step) {
    if (!run_one()) return true;
  }
  return false;
}

void ManualExecutor::advance(Nanos by) {
  run_until_idle();
  const Instant end = clock_.now() + by;
  for (;;) {
    const auto next = timers_.next();
    if (!next || *next > end) break;
    clock_.advance(std::max(Nanos{0}, *next - clock_.now()));
    for (auto& work : timers_.take_due(clock_.now())) posted_.push_back(std::move(work));
    run_until_idle();
  }
  clock_.advance(end - clock_.now());
}

void ManualExecutor::pass_time(Nanos by) {
  clock_.advance(by);
  for (auto& work : timers_.take_due(clock_.now())) posted_.push_back(std::move(work));
}

}  // namespace kinode::rt
