// What must hold of the whole node: at rest, in its tables, and after a crash.
#include <algorithm>

#include "checkers.h"
#include "kernel/process.h"
#include "store/cap_row.h"

namespace kinode::sim {

using kernel::ProcessRecord;

namespace {

constexpr Nanos kMillisecond = std::chrono::milliseconds(1);

// A ready actor is drawn among some dozens; to be passed over so often is beyond chance.
constexpr std::uint64_t kStarvingSteps = 20'000;

std::string show(const Names& names, const CapSet& set) {
  std::string out;
  for (const CapId id : members(set)) out += " " + names.capability(id).text();
  return out;
}

OnExitPlan plan_of(const msg::OnExit& on_exit) {
  OnExitPlan out;
  out.kind = static_cast<Ends>(on_exit.kind);
  for (const auto& entry : on_exit.requests) {
    out.requests.push_back(token_in(entry.request.body.view()).value_or(0));
  }
  return out;
}

}  // namespace

CapSet Checkers::caps_of(const msg::SignedCaps& caps, bool& known) const {
  CapSet out;
  for (const auto& held : caps) {
    const auto id = names_.cap_of(held.cap);
    // Modules may message modules that are no part of this world.
    if (!id && held.cap.issuer().process.package == "distro") continue;
    if (!id || out.test(*id)) {
      known = false;
    } else {
      out.set(*id);
    }
  }
  return out;
}

void Checkers::check_outstanding(const Life& life, Token token) {
  const Message& m = model_.message(token);
  if (m.deadline + kMillisecond <= model_.now()) {
    fail("request {} of {} is past its time by {} ns (expected {} ns), and {} was not told", token,
         who(life.slot), (model_.now() - m.deadline).count(), (m.deadline - m.sent).count(),
         who(life.slot));
  }
  if (m.shared) return;
  if (m.answered) {
    fail("request {} of {} to {} was answered, but the answer got lost", token, who(life.slot),
         who(m.to));
  }
  if (m.told || (!m.delivered() && !m.may_vanish)) {
    fail("request {} of {} to {} cannot be answered, but {} was not told", token, who(life.slot),
         who(m.to), who(life.slot));
  }
}

void Checkers::idle_life(LifeId id) {
  const Life& life = model_.life(id);
  if (life.state == LifeState::kStarted) return fail("{} was told to run and does not", who(id));
  if (life.state != LifeState::kRunning) return;
  if (model_.is_held_up(life) && life.blocked != Blocked::kSend) return;
  switch (life.blocked) {
    case Blocked::kNo:
    case Blocked::kYield:
    case Blocked::kHost:
      return fail("{} is neither ready nor waiting for anybody", who(id));
    case Blocked::kReceive:
      if (!life.inbox.empty()) {
        return fail("{} waits for a message, while message {} waits for it", who(id),
                    life.inbox.front());
      }
      for (const Token token : life.outstanding) check_outstanding(life, token);
      return;
    case Blocked::kAwait:
      return check_outstanding(life, life.awaited);
    case Blocked::kSend:
      if (!model_.is_held_up(life)) {
        fail("{} has been waiting for room in a mailbox for more than its time", who(id));
      }
      return;
  }
}

void Checkers::idle_module(Slot slot) {
  const Life* life = model_.life_of(slot);
  if (life == nullptr) return;
  if (!life->inbox.empty()) {
    return fail("{} has not handled message {}", who(slot), life->inbox.front());
  }
  if (!life->outstanding.empty()) {
    const Token token = life->outstanding.front();
    fail("request {} of {} to {} was answered, but the answer got lost", token, who(slot),
         who(model_.message(token).to));
  }
}

void Checkers::at_idle() {
  for (Slot slot = 0; slot < names_.size(); ++slot) {
    const ProcessModel& p = model_.process(slot);
    if (p.phase == Phase::kModule) {
      idle_module(slot);
    } else if (p.phase == Phase::kBackingOff) {
      if (p.due + kMillisecond <= model_.now() && !p.unsure) {
        fail("{} was to restart and did not", who(slot));
      }
    } else if (p.life != 0) {
      idle_life(p.life);
    }
  }
  model_.note_idle(model_.step);
}

void Checkers::nobody_starves() {
  for (Slot slot = 0; slot < names_.size(); ++slot) {
    const LifeId id = model_.process(slot).life;
    if (id == 0) continue;
    const Life& life = model_.life(id);
    const bool ready = life.state == LifeState::kStarted || life.blocked == Blocked::kYield ||
                       (life.blocked == Blocked::kReceive && !life.inbox.empty());
    if (ready && model_.step - life.ready_step > kStarvingSteps) {
      fail("{} has been ready for {} steps and was not run", who(id),
           model_.step - life.ready_step);
    }
  }
}

void Checkers::tables(kernel::Kernel& kernel) {
  std::size_t count = 0;
  for (Slot slot = 0; slot < names_.size(); ++slot) {
    if (slot == kElsewhere) continue;
    const auto record = kernel.table().find(names_.address(slot).process);
    const ProcessModel& p = model_.process(slot);
    if ((record != nullptr) != p.exists()) {
      fail("{} {} though it {}", who(slot), record ? "exists" : "is gone",
           record ? "was killed or ended" : "was neither killed nor ended");
    }
    if (!record) continue;
    ++count;
    check_record(slot, *record);
  }
  if (count != kernel.table().size()) {
    fail("the node has {} processes instead of {}", kernel.table().size(), count);
  }
}

void Checkers::check_record(Slot slot, const ProcessRecord& record) {
  const ProcessModel& p = model_.process(slot);
  bool known = true;
  const CapSet held = caps_of(record.caps.all(), known);
  if (!known || held != p.caps) {
    fail("{} holds other capabilities than it should: too many:{}; missing:{}", who(slot),
         show(names_, held & ~p.caps), show(names_, p.caps & ~held));
  }
  if (record.is_public != p.is_public) fail("{} is public, or not, by mistake", who(slot));
  std::shared_ptr<kernel::Endpoint> endpoint;
  {
    rt::Lock lock(record.mutex);
    if (p.phase != Phase::kModule && plan_of(record.on_exit) != p.on_exit) {
      fail("{} has on-exit behavior {}, which it was not given", who(slot), record.on_exit.name());
    }
    endpoint = record.endpoint;
  }
  if (p.phase == Phase::kBackingOff && model_.now() >= p.due) return;
  if ((endpoint != nullptr) != (p.life != 0)) {
    return fail("{} runs, or not, against what it should", who(slot));
  }
  if (endpoint && p.phase != Phase::kModule) check_counters(slot, *endpoint);
}

void Checkers::check_counters(Slot slot, kernel::Endpoint& endpoint) {
  const Life& life = *model_.life_of(slot);
  if (life.crowd == 0 && endpoint.mailbox().size() != life.inbox.size()) {
    fail("{} has {} messages in its mailbox instead of {}", who(slot), endpoint.mailbox().size(),
         life.inbox.size());
  }
  const auto& counters = static_cast<kernel::Process&>(endpoint).counters();
  if (counters.sent.load() != life.sent) {
    fail("{} has sent {} messages and counts {}", who(slot), life.sent, counters.sent.load());
  }
  if (counters.received.load() != life.received) {
    fail("{} has received {} messages and counts {}", who(slot), life.received,
         counters.received.load());
  }
}

CapSet Checkers::rows_of(Slot slot) const {
  CapSet out;
  const std::string prefix =
      fmt::format("kernel:distro:sys/cap/{}/", names_.address(slot).process.text());
  const Status scanned = disk_.scan(prefix, [&](std::string_view, ByteView value) {
    const auto row = store::decode_cap_row(value);
    const auto id = row ? names_.cap_of(row->cap) : std::nullopt;
    if (id) out.set(*id);
    return true;
  });
  return scanned ? out : CapSet();
}

void Checkers::check_survivor(Slot slot, const StoredModel& before, StoredModel& after,
                              const ProcessRecord* record) {
  if (record == nullptr) {
    if (before.there && after.there && !after.erased) {
      fail("{} was stored and is gone after the crash", who(slot));
    }
    after.there = false;
    after.caps = rows_of(slot) & (before.caps | after.added);
    return;
  }
  if (!before.there && after.plans.empty()) {
    return fail("{} was gone and is there after the crash", who(slot));
  }
  bool known = true;
  const CapSet held = caps_of(record->caps.all(), known);
  CapSet least = before.caps & ~after.removed;
  if (!before.there && after.is_new) least |= after.with_row;
  const CapSet most = before.caps | after.added;
  if (!known || (least & ~held).any()) {
    fail("{} lost capabilities in the crash:{}", who(slot), show(names_, least & ~held));
  }
  if ((held & ~most).any()) {
    fail("{} has capabilities after the crash that it had not before:{}", who(slot),
         show(names_, held & ~most));
  }
  rt::Lock lock(record->mutex);
  const OnExitPlan kept = plan_of(record->on_exit);
  const bool as_before = before.there && kept == before.on_exit;
  if (!as_before && std::find(after.plans.begin(), after.plans.end(), kept) == after.plans.end()) {
    fail("{} has on-exit behavior {} after the crash, which it was not given", who(slot),
         record->on_exit.name());
  }
  after.on_exit = kept;
  after.there = true;
  after.is_public = record->is_public;
  after.caps = held;
}

void Checkers::check_module(Slot slot, const CapSet& before, const ProcessRecord& record) {
  ProcessModel& p = model_.process(slot);
  StoredModel& after = model_.stored()[slot];
  bool known = true;
  const CapSet held = caps_of(record.caps.all(), known);
  const CapSet least = before & ~after.removed;
  if (!known || (least & ~held).any()) {
    fail("{} lost capabilities in the crash:{}", who(slot), show(names_, least & ~held));
  }
  if ((held & ~(before | after.added | p.caps)).any()) {
    fail("{} has capabilities after the crash that it had not before", who(slot));
  }
  p.caps = held;
  after.caps = held;
}

void Checkers::survived(kernel::Kernel& kernel, const Model::Stored& before) {
  for (Slot slot = kOwner; slot <= kSlow; ++slot) {
    if (const auto record = kernel.table().find(names_.address(slot).process)) {
      check_module(slot, before[slot].caps, *record);
    }
  }
  for (Slot slot = kFirstGuest; slot < names_.size(); ++slot) {
    const auto record = kernel.table().find(names_.address(slot).process);
    check_survivor(slot, before[slot], model_.stored()[slot], record.get());
  }
}

}  // namespace kinode::sim
