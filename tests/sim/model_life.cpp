// How processes begin, end and begin again, and what is stored about them (kernel.md 3.7, 3.8).
#include <algorithm>

#include "model.h"

namespace kinode::sim {

namespace {

constexpr Slot kRuntime[] = {kKernel, kNet, kTimer, kVfs, kState};

constexpr Nanos kSecond = std::chrono::seconds(1);

}  // namespace

bool Model::is_persisted(Slot slot) const {
  const ProcessModel& p = processes_[slot];
  return p.phase == Phase::kModule || p.on_exit.kind != Ends::kNone;
}

LifeId Model::new_life(Slot slot, LifeState state) {
  const auto id = static_cast<LifeId>(lives_.size());
  Life& life = lives_.emplace_back();
  life.slot = slot;
  life.state = state;
  life.started = now();
  life.ready_step = step;
  processes_[slot].life = id;
  return id;
}

void Model::add_module(Slot slot, bool is_public) {
  ProcessModel& p = processes_[slot];
  p = ProcessModel{};
  p.phase = Phase::kModule;
  p.is_public = is_public;
  p.on_exit.kind = Ends::kRestart;
  new_life(slot, LifeState::kRunning);
  if (slot == kKernel) return;
  // What is stored for a module is what it was granted; every runtime module may message the rest.
  StoredModel& row = stored_[slot];
  if (row.there) p.caps = row.caps;
  CapSet runtime = one_cap(kKernel, Right::kSpecial);
  for (const Slot other : kRuntime) runtime.set(cap_id(other, Right::kMessaging));
  p.caps |= runtime;
  row.there = true;
  row.is_public = is_public;
  row.on_exit = p.on_exit;
  row.caps |= p.caps;
}

void Model::boot() {
  std::vector<Slot> farewells;
  for (Slot slot = kFirstGuest; slot < kSlots; ++slot) {
    const StoredModel& row = stored_[slot];
    if (!row.there) continue;
    ProcessModel& p = processes_[slot];
    p = ProcessModel{};
    p.phase = Phase::kRunning;
    p.is_public = row.is_public;
    p.on_exit = row.on_exit;
    p.caps = row.caps;
    new_life(slot, LifeState::kStarted);
    if (p.on_exit.kind == Ends::kRequests) farewells.push_back(slot);
  }
  // Who says farewell first is not said: where there is no room for all, any may find none.
  std::array<std::size_t, kSlots> wanted{};
  for (const Slot slot : farewells) {
    for (const Token token : processes_[slot].on_exit.requests) ++wanted[messages_[token].to];
  }
  for (Slot slot = kFirstGuest; slot < kSlots; ++slot) {
    if (wanted[slot] <= mailbox_count) continue;
    if (Life* crowded = life_of(slot)) crowded->crowd = static_cast<std::uint32_t>(mailbox_count);
  }
  for (const Slot slot : farewells) send_on_exit(slot, processes_[slot].on_exit);
}

void Model::crash() {
  for (auto& life : lives_) {
    if (life.state != LifeState::kEnded) life.state = LifeState::kKilled;
  }
  for (auto& p : processes_) p = ProcessModel{};
  for (auto& m : messages_) m.fired = 0;
  for (auto& used : ids_used_) used.clear();
  last_idle_step = step;
}

void Model::see_restart(Slot slot) {
  ProcessModel& p = processes_[slot];
  if (p.phase != Phase::kBackingOff || now() < p.due || !runs_again(slot)) return;
  p.phase = Phase::kRunning;
  new_life(slot, LifeState::kStarted);
}

LifeId Model::begin(Slot slot) {
  see_restart(slot);
  const LifeId id = processes_[slot].life;
  if (id == 0 || lives_[id].state != LifeState::kStarted) return 0;
  Life& life = lives_[id];
  life.state = LifeState::kRunning;
  life.begun = now();
  life.ready_step = step;
  return id;
}

void Model::tell_askers(LifeId dead) {
  const Life& life = lives_[dead];
  for (const Token token : life.inbox) {
    const Message& m = messages_[token];
    if (!m.expects || m.from_life == dead) continue;
    if (processes_[m.from].life != m.from_life || m.resolved) continue;
    if (verdict(life.slot, m.from) != Verdict::kDelivered) continue;
    outcome_under_way(token, false);
    ++lives_[m.from_life].unread_answers;
  }
  // Whose the others were that may have stood there is not known.
  for (const auto& p : processes_) {
    if (p.life != 0) lives_[p.life].unread_answers += life.crowd;
  }
}

void Model::ended(LifeId id) {
  const Slot slot = lives_[id].slot;
  ProcessModel& p = processes_[slot];
  lives_[id].state = LifeState::kEnded;
  p.life = 0;
  tell_askers(id);
  const OnExitPlan plan = p.on_exit;
  bool kept = false;
  switch (plan.kind) {
    case Ends::kNone:
      p.phase = Phase::kAbsent;
      remove(slot, true, kept);
      break;
    case Ends::kRequests:
      send_on_exit(slot, plan);
      p.phase = Phase::kAbsent;
      remove(slot, true, kept);
      break;
    case Ends::kRestart:
      restart(slot, lives_[id].started, lives_[id].begun);
      break;
  }
}

void Model::restart(Slot slot, Instant started, Instant begun) {
  // The healthy-duration algorithm of kernel.md 3.8; the first exit is free.
  ProcessModel& p = processes_[slot];
  const Nanos healthy = std::min<Nanos>(5 * p.backoff, std::chrono::seconds(3000));
  // The kernel's count begins between these two: with the slice in which it compiles.
  const bool surely = now() - begun >= healthy;
  if (p.attempts > 0 && (p.unsure || surely != (now() - started >= healthy))) {
    p.unsure = true;
    p.phase = Phase::kBackingOff;
    p.due = now();
    return;
  }
  if (p.attempts == 0 || surely) {
    p.attempts = 1;
    p.backoff = kSecond;
    p.phase = Phase::kRunning;
    new_life(slot, LifeState::kStarted);
    return;
  }
  p.backoff = p.attempts == 1 ? kSecond : std::min<Nanos>(2 * p.backoff, 600 * kSecond);
  ++p.attempts;
  p.phase = Phase::kBackingOff;
  p.due = now() + p.backoff;
}

void Model::remove(Slot slot, bool revoke, bool& kept) {
  kept = false;
  ProcessModel& gone = processes_[slot];
  const CapSet held = gone.caps;
  const bool was_stored = gone.on_exit.kind != Ends::kNone;
  if (revoke) {
    const CapSet issued = issued_by(slot);
    for (Slot other = 0; other < kSlots; ++other) {
      if (other == slot || !processes_[other].exists()) continue;
      const CapSet lost = processes_[other].caps & issued;
      if (lost.none()) continue;
      processes_[other].caps &= ~lost;
      if (is_persisted(other) && !unstore(other, lost)) kept = true;
    }
  }
  const std::uint64_t killed = gone.killed_step;
  gone = ProcessModel{};
  gone.killed_step = killed;
  if (!was_stored) return;
  if (disk_is_full) {
    kept = true;
    return;
  }
  stored_[slot].erase(held);
}

bool Model::unstore(Slot slot, const CapSet& caps) {
  if (caps.none()) return true;
  if (disk_is_full) return false;
  stored_[slot].remove(caps);
  return true;
}

void Model::persist(Slot slot) {
  const ProcessModel& p = processes_[slot];
  StoredModel& row = stored_[slot];
  if (!row.there) {
    row.is_new = true;
    row.with_row = p.caps;
  }
  row.there = true;
  row.is_public = p.is_public;
  row.on_exit = p.on_exit;
  row.plans.push_back(p.on_exit);
  row.add(p.caps);
}

bool Model::set_on_exit(Slot slot, const OnExitPlan& plan) {
  ProcessModel& p = processes_[slot];
  const bool was_stored = is_persisted(slot);
  if (disk_is_full && (was_stored || plan.kind != Ends::kNone)) return false;
  for (const Token token : plan.requests) {
    Message& m = messages_[token];
    m.caps = may_attach(slot, m.caps);
  }
  p.on_exit = plan;
  if (is_persisted(slot)) {
    persist(slot);
  } else if (was_stored) {
    stored_[slot].erase(p.caps);
  }
  return true;
}

bool Model::add_caps(Slot slot, const CapSet& caps) {
  ProcessModel& p = processes_[slot];
  const CapSet fresh = caps & ~p.caps;
  if (fresh.none()) return true;
  if (is_persisted(slot)) {
    if (disk_is_full) return false;
    stored_[slot].add(fresh);
  }
  p.caps |= fresh;
  return true;
}

bool Model::drop_caps(Slot slot, const CapSet& caps) {
  ProcessModel& p = processes_[slot];
  const CapSet lost = caps & p.caps;
  p.caps &= ~lost;
  return !is_persisted(slot) || unstore(slot, lost);
}

CapSet Model::savable(LifeId id, const CapSet& wanted) const {
  const Life& life = lives_[id];
  return wanted & (issued_by(life.slot) | life.received_caps | processes_[life.slot].caps);
}

void Model::note_idle(std::uint64_t now_step) {
  last_idle_step = now_step;
  // What waits behind a message to somebody else may still come.
  const bool more_may_come = std::ranges::any_of(
      processes_, [&](const ProcessModel& p) { return p.life != 0 && is_held_up(lives_[p.life]); });
  for (const auto& p : processes_) {
    if (p.life == 0) continue;
    Life& life = lives_[p.life];
    if (life.blocked != Blocked::kReceive && life.blocked != Blocked::kAwait) continue;
    if (is_held_up(life)) continue;
    life.unread_answers = 0;
    if (life.blocked == Blocked::kReceive && !more_may_come) life.crowd = 0;
  }
}

}  // namespace kinode::sim
