// What the kernel's commands do (kernel.md 3.6) and what spawning does (kernel.md 2.5).
#include <algorithm>
#include <fmt/format.h>

#include "model.h"

namespace kinode::sim {

namespace {

Grants grants_of(Slot parent, const SpawnPlan& plan) {
  Grants out = plan.grants;
  out.emplace_back(parent, Right::kMessaging);
  return out;
}

}  // namespace

std::uint32_t Model::add_command(Command command) {
  commands_.push_back(std::move(command));
  return static_cast<std::uint32_t>(commands_.size() - 1);
}

bool Model::may_initialize(Slot slot, const OnExitPlan& on_exit, const Grants& grants) const {
  // A name that will be drawn is nobody's, and nobody has anything of it.
  if (slot != kNobody && processes_[slot].exists()) return false;
  if (!disk_is_full) return true;
  return on_exit.kind == Ends::kNone && std::ranges::none_of(grants, [&](const auto& grant) {
           const auto& [holder, right] = grant;
           if (!processes_[holder].exists() || !is_persisted(holder)) return false;
           return slot == kNobody || !processes_[holder].caps.test(cap_id(slot, right));
         });
}

void Model::initialize(Slot slot, bool is_public, const OnExitPlan& on_exit, CapSet caps,
                       const Grants& grants) {
  // First: whoever has this name now does not exist yet.
  for (const auto& [holder, right] : grants) {
    if (processes_[holder].exists()) add_caps(holder, one_cap(slot, right));
  }
  ProcessModel& p = processes_[slot];
  const std::uint64_t killed = p.killed_step;
  p = ProcessModel{};
  p.killed_step = killed;
  p.phase = Phase::kWaiting;
  p.is_public = is_public;
  p.on_exit = on_exit;
  p.caps = caps.set(cap_id(slot, Right::kMessaging));
  new_life(slot, LifeState::kWaiting);
  if (is_persisted(slot)) persist(slot);
}

void Model::kernel_answers(Token token, std::string body) {
  // Copied: the list of messages grows.
  const Message asked = messages_[token];
  const Slot to = asked.answer_slot;
  see_restart(to);
  const LifeId life = processes_[to].life;
  if (life == 0) return;
  const bool crowded = ++lives_[life].unread_answers > 48;
  if (asked.answer_token == 0) return;
  const Message& root = messages_[asked.answer_token];
  if (root.from_life != life || root.resolved) return;
  kernel_answers_.emplace_back(asked.answer_token, std::move(body));
  if (!crowded) outcome_under_way(asked.answer_token, true);
}

bool Model::kernel_may_say(Token root, std::string_view body) const {
  for (auto it = kernel_answers_.rbegin(); it != kernel_answers_.rend(); ++it) {
    // Of several requests with one id any may get the answer.
    if (messages_[it->first].group == messages_[root].group && it->second == body) return true;
  }
  return false;
}

void Model::do_initialize(const Message& message, const Command& command, Token token) {
  const Slot slot = command.target;
  const Grants grants{{message.from, Right::kMessaging}};
  if (!command.has_blob || slot == kNobody || slot < kFirstGuest ||
      !may_initialize(slot, command.on_exit, grants)) {
    return kernel_answers(token, "\"InitializeProcessError\"");
  }
  initialize(slot, command.is_public, command.on_exit, command.caps & processes_[message.from].caps,
             grants);
  kernel_answers(token, "\"InitializedProcess\"");
}

void Model::do_kill(const Message& message, const Command& command, Token token) {
  const Slot slot = command.target;
  ProcessModel& p = processes_[slot];
  if (!p.exists() || p.phase == Phase::kModule) return;
  if (p.life != 0) {
    lives_[p.life].state = LifeState::kKilled;
    tell_askers(p.life);
  }
  p.killed_step = step;
  bool kept = false;
  remove(slot, !command.no_revoke, kept);
  // A kill that could not be stored is not acknowledged.
  if (!message.expects || kept) return;
  kernel_answers(token,
                 fmt::format(R"({{"KilledProcess":"{}"}})", names_.address(slot).process.text()));
}

void Model::kernel_step() {
  Life& kernel = lives_[processes_[kKernel].life];
  const Token token = kernel.inbox.front();
  kernel.inbox.erase(kernel.inbox.begin());
  const Message message = messages_[token];
  ++messages_[token].received;
  const Command command = commands_[message.command];
  const Slot slot = command.target;
  switch (command.kind) {
    case Command::Kind::kJunk:
      return;
    case Command::Kind::kInitialize:
      return do_initialize(message, command, token);
    case Command::Kind::kGrant:  // nobody is told whether it could be stored
      if (processes_[slot].exists()) add_caps(slot, command.caps);
      return;
    case Command::Kind::kDrop:
      if (processes_[slot].exists()) drop_caps(slot, command.caps);
      return;
    case Command::Kind::kSetOnExit:
      if (processes_[slot].exists()) set_on_exit(slot, command.on_exit);
      return;
    case Command::Kind::kRun: {
      ProcessModel& p = processes_[slot];
      if (!p.exists() || p.phase == Phase::kModule) {
        return kernel_answers(token, "\"RunProcessError\"");
      }
      if (p.phase == Phase::kWaiting) {
        p.phase = Phase::kRunning;
        lives_[p.life].state = LifeState::kStarted;
        lives_[p.life].started = now();
        lives_[p.life].ready_step = step;
      }
      return kernel_answers(token, "\"StartedProcess\"");
    }
    case Command::Kind::kKill:
      return do_kill(message, command, token);
    case Command::Kind::kHasCap: {
      const char* has = !processes_[slot].exists()                     ? "null"
                        : (processes_[slot].caps & command.caps).any() ? "true"
                                                                       : "false";
      return kernel_answers(token, fmt::format(R"({{"Debug":{{"HasCap":{}}}}})", has));
    }
  }
}

Model::Spawned Model::spawn_verdict(Slot parent, const SpawnPlan& plan) const {
  if (!plan.found) return Spawned::kNoFile;
  return may_initialize(plan.name, plan.on_exit, grants_of(parent, plan)) ? Spawned::kOk
                                                                          : Spawned::kNameTaken;
}

void Model::spawned(Slot parent, Slot name, const SpawnPlan& plan) {
  CapSet caps = may_attach(parent, plan.request);
  caps.set(cap_id(parent, Right::kMessaging));
  initialize(name, plan.is_public, plan.on_exit, caps, grants_of(parent, plan));
  ProcessModel& child = processes_[name];
  child.phase = Phase::kRunning;
  lives_[child.life].state = LifeState::kStarted;
  lives_[child.life].started = now();
}

}  // namespace kinode::sim
