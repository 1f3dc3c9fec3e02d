// What guests do about themselves: rights, on-exit behaviour, state, children.
#include "commands.h"
#include "guest.h"

namespace kinode::sim {

using wasm::NativeSpawn;

void Guest::rights() {
  act("rights");
  Model& model = stage_.model;
  const std::uint32_t roll = dice_.below(100);
  if (roll < 55) {
    CapSet wanted = some_caps();
    if (dice_.one_in(3)) wanted |= life().received_caps;
    must_trap_ = !model.add_caps(slot_, model.savable(life_, wanted));
    api_.save_capabilities(stage_.names.capabilities(wanted));
    if (must_trap_) survived("saving what could not be stored");
    return;
  }
  if (roll < 75) {
    CapSet unwanted = some_caps();
    for (const CapId id : members(model.process(slot_).caps)) {
      if (dice_.one_in(8)) unwanted.set(id);
    }
    must_trap_ = !model.drop_caps(slot_, unwanted);
    api_.drop_capabilities(stage_.names.capabilities(unwanted));
    if (must_trap_) survived("dropping what could not be forgotten");
    return;
  }
  CapSet seen;
  for (const auto& cap : api_.our_capabilities()) {
    if (const auto id = stage_.names.cap_of(cap)) seen.set(*id);
  }
  if (seen != model.process(slot_).caps) {
    stage_.report.fail(fmt::format("{}#{} is shown other capabilities than it holds",
                                   stage_.names.text(slot_), life_));
  }
}

void Guest::on_exit() {
  act("on-exit");
  const OnExitPlan plan = some_on_exit(stage_, slot_, true);
  // As it is asked for, before what may not be passed on is taken out of it.
  const msg::OnExit wanted = on_exit_of(plan, stage_);
  must_trap_ = !stage_.model.set_on_exit(slot_, plan);
  api_.set_on_exit(wanted);
  if (must_trap_) survived("an on-exit behavior that could not be stored");
  if (static_cast<unsigned>(api_.get_on_exit().kind) != static_cast<unsigned>(plan.kind)) {
    stage_.report.fail(fmt::format("{}#{} is shown another on-exit behavior than it set",
                                   stage_.names.text(slot_), life_));
  }
}

void Guest::begin_state() {
  block(Blocked::kHost, "state");
  state_version_ = stage_.disk.versions(stage_.names.address(slot_).process.text());
}

bool Guest::has_state(const std::optional<Bytes>& value) const {
  const auto key = stage_.names.address(slot_).process.text();
  for (const auto& version : stage_.disk.since(key, state_version_)) {
    if (version == value) return true;
  }
  return false;
}

void Guest::got_state(const std::optional<Bytes>& state) {
  resumed();
  if (!has_state(state)) {
    stage_.report.fail(fmt::format("{}#{} was given a state that it did not have",
                                   stage_.names.text(slot_), life_));
  }
  if (state && (blob_token(state->view()) & 63) != slot_) {
    stage_.report.fail(
        fmt::format("{}#{} was given the state of another", stage_.names.text(slot_), life_));
  }
}

Bytes Guest::begin_set_state() {
  begin_state();
  // Whose it is can be seen in it.
  state_token_ = static_cast<Token>(dice_.next() << 6) | slot_;
  may_trap_ = true;
  return blob_of(state_token_);
}

void Guest::state_set() {
  resumed();
  may_trap_ = false;
  if (!has_state(blob_of(state_token_))) {
    stage_.report.fail(fmt::format("{}#{} was told that its state is stored, and it is not",
                                   stage_.names.text(slot_), life_));
  }
  stage_.disk.acknowledged(stage_.names.address(slot_).process.text(), blob_of(state_token_));
}

void Guest::state_cleared() {
  resumed();
  may_trap_ = false;
  if (!has_state(std::nullopt)) {
    stage_.report.fail(fmt::format("{}#{} was told that its state is cleared, and it is not",
                                   stage_.names.text(slot_), life_));
  }
  stage_.disk.acknowledged(stage_.names.address(slot_).process.text(), std::nullopt);
}

NativeSpawn Guest::begin_spawn() {
  block(Blocked::kHost, "spawn");
  const ProcessModel& self = stage_.model.process(slot_);
  // Some room is left for those who are about to spawn.
  const bool may_draw = stage_.names.size() + kGuests < kSlots;
  spawn_ = SpawnPlan{};
  if (!may_draw || dice_.percent(75)) {
    spawn_.name = static_cast<Slot>(kFirstGuest + dice_.below(kGuests));
  }
  const bool right_path = !dice_.one_in(8);
  spawn_.found = right_path && self.caps.test(cap_id(kVfs, Right::kMessaging)) &&
                 self.caps.test(cap_id(kVfs, Right::kSpecial));
  spawn_.on_exit = some_on_exit(stage_, spawn_.name, spawn_.name != kNobody);
  spawn_.request = some_caps();
  spawn_.is_public = dice_.percent(60);
  NativeSpawn spawn;
  if (spawn_.name != kNobody) spawn.name = stage_.names.address(spawn_.name).process.process;
  spawn.wasm_path = right_path ? Names::kComponentPath : "/sim:sim.os/pkg/missing.wasm";
  spawn.on_exit = on_exit_of(spawn_.on_exit, stage_);
  spawn.request_capabilities = stage_.names.capabilities(spawn_.request);
  spawn.is_public = spawn_.is_public;
  for (std::uint32_t i = dice_.below(3); i > 0; --i) {
    const Slot holder = dice_.one_in(4) ? kSlow : somebody();
    const auto right = static_cast<Right>(dice_.below(3));
    if (holder == kElsewhere) continue;
    spawn_.grants.emplace_back(holder, right);
    spawn.grant_capabilities.emplace_back(
        stage_.names.address(holder).process,
        stage_.names.capability(cap_id(kFirstGuest, right)).params());
  }
  return spawn;
}

void Guest::spawned(const wasm::NativeSpawned& result) {
  resumed();
  Model::Spawned got = Model::Spawned::kOk;
  const auto* id = std::get_if<msg::ProcessId>(&result);
  if (id == nullptr) {
    got = std::get<wasm::NativeSpawnError>(result) == wasm::NativeSpawnError::kNameTaken
              ? Model::Spawned::kNameTaken
              : Model::Spawned::kNoFile;
  }
  const Model::Spawned right = stage_.model.spawn_verdict(slot_, spawn_);
  if (got != right) {
    return stage_.report.fail(fmt::format("{}#{} spawned with result {} instead of {}",
                                          stage_.names.text(slot_), life_, static_cast<int>(got),
                                          static_cast<int>(right)));
  }
  if (id == nullptr) return;
  const Slot name = spawn_.name == kNobody ? stage_.names.add(*id) : spawn_.name;
  if (stage_.names.slot_of(*id) != name) {
    return stage_.report.fail(fmt::format("{}#{} spawned {} under another name",
                                          stage_.names.text(slot_), life_, id->text()));
  }
  stage_.trace.note("spawned", life_, name);
  stage_.model.spawned(slot_, name, spawn_);
}

NativeSpawn Guest::wrong_spawn() {
  act("bad-spawn");
  must_trap_ = true;
  NativeSpawn spawn;
  spawn.name = "Not_Safe";
  spawn.wasm_path = Names::kComponentPath;
  return spawn;
}

}  // namespace kinode::sim
