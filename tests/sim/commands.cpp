#include "commands.h"

#include "msg/json_kernel.h"

namespace kinode::sim {

namespace {

Slot some_guest(Stage& stage) {
  if (stage.dice.percent(90)) return static_cast<Slot>(kFirstGuest + stage.dice.below(kGuests));
  return static_cast<Slot>(kFirstGuest + stage.dice.below(stage.names.size() - kFirstGuest));
}

Command::Kind some_kind(Dice& dice) {
  const std::uint32_t roll = dice.below(100);
  if (roll < 22) return Command::Kind::kInitialize;
  if (roll < 42) return Command::Kind::kRun;
  if (roll < 65) return Command::Kind::kGrant;
  if (roll < 72) return Command::Kind::kDrop;
  if (roll < 78) return Command::Kind::kSetOnExit;
  if (roll < 86) return Command::Kind::kKill;
  if (roll < 98) return Command::Kind::kHasCap;
  return Command::Kind::kJunk;
}

}  // namespace

CapSet some_rights(Stage& stage) {
  CapSet out;
  const std::uint32_t count = 1 + stage.dice.below(5);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Slot issuer = stage.dice.percent(70) ? some_guest(stage)
                                               : static_cast<Slot>(stage.dice.below(kFirstGuest));
    const Right right =
        stage.dice.percent(70) ? Right::kMessaging : static_cast<Right>(stage.dice.below(kRights));
    out.set(cap_id(issuer, right));
  }
  // What a process needs to spawn.
  if (stage.dice.one_in(4)) {
    out |= one_cap(kVfs, Right::kMessaging) | one_cap(kVfs, Right::kSpecial);
  }
  return out;
}

OnExitPlan some_on_exit(Stage& stage, Slot of, bool may_request) {
  OnExitPlan plan;
  const std::uint32_t roll = stage.dice.below(100);
  if (roll < 25) return plan;
  plan.kind = Ends::kRestart;
  if (roll < 65 || !may_request) return plan;
  plan.kind = Ends::kRequests;
  const std::uint32_t count = stage.dice.below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Slot to = stage.dice.one_in(4) ? kOwner : some_guest(stage);
    const CapSet attach = stage.dice.one_in(3) ? some_rights(stage) : CapSet();
    plan.requests.push_back(stage.model.on_exit_request(of, to, attach));
  }
  return plan;
}

msg::OnExit on_exit_of(const OnExitPlan& plan, const Stage& stage) {
  msg::OnExit out;
  out.kind = static_cast<msg::OnExit::Kind>(plan.kind);
  for (const Token token : plan.requests) {
    const Message& m = stage.model.message(token);
    msg::OnExitRequest entry;
    entry.target = stage.names.address(m.to);
    if ((token & 1) != 0) entry.target.node = msg::kOurNode;
    entry.request.body = body_of(token);
    if ((token & 2) != 0) entry.request.expects_response = 5;  // which the kernel takes out
    for (const CapId id : members(m.caps)) {
      entry.request.capabilities.push_back({stage.names.capability(id), {}});
    }
    out.requests.push_back(std::move(entry));
  }
  return out;
}

Command some_command(Stage& stage) {
  Command command;
  command.kind = some_kind(stage.dice);
  command.target = some_guest(stage);
  switch (command.kind) {
    case Command::Kind::kInitialize:
      command.on_exit = some_on_exit(stage, command.target, true);
      if (stage.dice.one_in(2)) command.caps = some_rights(stage);
      command.is_public = stage.dice.percent(60);
      command.has_blob = !stage.dice.one_in(32);
      if (stage.dice.one_in(64)) command.target = kNobody;
      if (stage.dice.one_in(64)) command.target = kVfs;
      break;
    case Command::Kind::kGrant:
      if (stage.dice.percent(20)) {
        command.target = static_cast<Slot>(kOwner + stage.dice.below(kSlow));
      }
      command.caps = some_rights(stage);
      break;
    case Command::Kind::kDrop:
      command.caps = some_rights(stage);
      if (stage.dice.one_in(2)) {
        for (const CapId id : members(stage.model.process(command.target).caps)) {
          if (stage.dice.one_in(4)) command.caps.set(id);
        }
      }
      break;
    case Command::Kind::kSetOnExit:
      command.on_exit = some_on_exit(stage, command.target, true);
      break;
    case Command::Kind::kKill:
      command.no_revoke = stage.dice.one_in(4);
      if (stage.dice.one_in(32)) command.target = kTimer;
      break;
    case Command::Kind::kHasCap: {
      const Slot issuer = some_guest(stage);
      command.caps = one_cap(issuer, static_cast<Right>(stage.dice.below(kRights)));
      break;
    }
    case Command::Kind::kRun:
    case Command::Kind::kJunk:
      break;
  }
  return command;
}

std::string text_of(const Command& command, const Stage& stage) {
  const auto id = [&](Slot slot) {
    if (slot == kNobody) return msg::ProcessId{"Not_Safe", "sim", "sim.os"};
    return stage.names.address(slot).process;
  };
  using namespace msg::command;
  switch (command.kind) {
    case Command::Kind::kInitialize:
      return msg::encode_kernel_command(
          InitializeProcess{id(command.target), std::string(Names::kComponentPath), 1,
                            on_exit_of(command.on_exit, stage),
                            stage.names.capabilities(command.caps), command.is_public});
    case Command::Kind::kGrant:
      return msg::encode_kernel_command(
          GrantCapabilities{id(command.target), stage.names.capabilities(command.caps)});
    case Command::Kind::kDrop:
      return msg::encode_kernel_command(
          DropCapabilities{id(command.target), stage.names.capabilities(command.caps)});
    case Command::Kind::kSetOnExit:
      return msg::encode_kernel_command(
          SetOnExit{id(command.target), on_exit_of(command.on_exit, stage)});
    case Command::Kind::kRun:
      return msg::encode_kernel_command(RunProcess{id(command.target)});
    case Command::Kind::kKill:
      return msg::encode_kernel_command(KillProcess{id(command.target)});
    case Command::Kind::kHasCap:
      return msg::encode_kernel_command(
          DebugHasCap{id(command.target),
                      stage.names.capability(static_cast<CapId>(command.caps._Find_first()))});
    case Command::Kind::kJunk:
      break;
  }
  return R"({"Dance":"now"})";
}

}  // namespace kinode::sim
