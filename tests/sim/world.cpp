#include "world.h"

namespace kinode::sim {

struct World::Epoch {
  explicit Epoch(std::uint64_t seed, SimDisk& disk, store::Durability durability, Stage& stage)
      : executor(seed),
        state_store(disk, durability),
        state(state_store, ""),
        owner(stage),
        slow(stage) {}

  rt::ManualExecutor executor;
  store::StateStore state_store;
  timer::TimerModule timer;
  state::StateModule state;
  Owner owner;
  Slow slow;
  std::unique_ptr<kernel::Kernel> kernel;
  std::shared_ptr<kernel::Endpoint> kernel_endpoint;
};

Result<Bytes> World::Files::read(std::string_view path) {
  if (path != Names::kComponentPath) return fail(Code::kNotFound, "no such file");
  return Bytes::copy(Names::component());
}

void World::Prints::print(msg::Printout printout) {
  if (trace_.prints()) trace_.line("prints: " + printout.content);
}

World::World(Names& names, std::uint64_t seed, WorldOptions options)
    : names_(names),
      options_(options),
      power_(seed % 3 == 0),
      dice_(seed),
      random_(seed ^ 0x5eed),
      model_(names, &clock_),
      disk_(power_),
      checkers_(model_, names, disk_, report_),
      stage_{names, model_, checkers_, report_, trace_, disk_, dice_},
      prints_(trace_) {
  names_.reset();
  // A small mailbox is often full, a large one only when it is flooded.
  if (dice_.one_in(4)) model_.mailbox_count = 2 + dice_.below(30);
  trace_.print_to(options_.trace);
  if (options_.lose_write > 0) disk_.lose_write(options_.lose_write);
  engine_.add("sim",
              [stage = &stage_](wasm::NativeGuest guest) { return sim_guest(guest, stage); });
  model_.runs_again = [this](Slot slot) {
    const auto record = epoch_->kernel->table().find(names_.address(slot).process);
    if (!record) return false;
    rt::Lock lock(record->mutex);
    return record->endpoint != nullptr;
  };
}

World::~World() { tear_down(); }

void World::boot() {
  const auto durability = power_ ? store::Durability::kPower : store::Durability::kProcess;
  epoch_ = std::make_unique<Epoch>(dice_.next(), disk_, durability, stage_);
  clock_ = &epoch_->executor.clock();
  kernel::KernelParts parts;
  parts.our_node = std::string(Names::kNode);
  parts.executor = &epoch_->executor;
  parts.kv = &disk_;
  parts.files = &files_;
  parts.print = &prints_;
  parts.random = &random_;
  parts.log = &log_;
  parts.compile = [this](ByteView wasm) { return engine_.compile(wasm); };
  kernel::Budget budget;
  budget.mailbox_count = model_.mailbox_count;
  parts.budgets = [budget](const msg::PackageId&) { return budget; };
  parts.durability = durability;
  parts.on_shutdown = [] {};
  epoch_->kernel = std::make_unique<kernel::Kernel>(std::move(parts));
  kernel::Kernel& kernel = *epoch_->kernel;
  Status done = kernel.load();
  if (done) done = kernel.add_module(epoch_->timer);
  if (done) done = kernel.add_module(epoch_->state);
  if (done) done = kernel.add_module(epoch_->owner);
  if (done) done = kernel.add_module(epoch_->slow);
  if (!done) return report_.fail("the node does not boot: " + done.error().detail);
  kernel.boot();
  model_.add_module(kKernel, false);
  model_.add_module(kTimer, true);
  model_.add_module(kState, false);
  model_.add_module(kOwner, true);
  model_.add_module(kSlow, true);
  checkers_.survived(kernel, stored_before_);
  model_.boot();
  const auto self = kernel.table().find(names_.address(kKernel).process);
  {
    rt::Lock lock(self->mutex);
    epoch_->kernel_endpoint = self->endpoint;
  }
  trace_.note("boot", 0, crashes_);
  checkers_.tables(kernel);
}

void World::tear_down() {
  stage_.crashing = true;
  epoch_.reset();
  stage_.crashing = false;
}

void World::after_step() {
  if (model_.kernel_inbox() == 0) return;
  const std::size_t waiting = epoch_->kernel_endpoint->mailbox().size();
  if (waiting > model_.kernel_inbox()) {
    return report_.fail("the kernel got a message that nobody may send it");
  }
  while (model_.kernel_inbox() > waiting) model_.kernel_step();
}

bool World::step() {
  ++model_.step;
  if (!epoch_->executor.run_one()) return false;
  ++stage_.events;
  after_step();
  if (model_.step % 4096 == 0) checkers_.nobody_starves();
  return true;
}

void World::idle() {
  if (trace_.prints()) {
    trace_.line(fmt::format("idle at {} us", clock_->now().time_since_epoch().count() / 1000));
  }
  checkers_.at_idle();
  if (++idles_ % 64 == 0) checkers_.tables(*epoch_->kernel);
}

void World::rest() {
  // Time passes until nothing is due, except for what waits practically for ever.
  const Instant end = clock_->now() + std::chrono::hours(2);
  for (int round = 0; round < 20'000 && !failed(); ++round) {
    int steps = 0;
    while (step() && !failed()) {
      if (++steps == 200'000) return report_.fail("the node does not come to rest");
    }
    if (failed()) return;
    idle();
    const auto next = epoch_->executor.next_due();
    if (!next || *next > end) return;
    epoch_->executor.pass_time(std::max(Nanos{0}, *next - clock_->now()));
  }
}

void World::turn() {
  const std::uint64_t bits = dice_.next();
  if ((bits & 127) == 0) epoch_->owner.act();
  if (((bits >> 7) & 63) == 0) {
    // Time passes although others are ready.
    epoch_->executor.pass_time(std::chrono::microseconds((bits >> 13) & 0x3fff));
  }
  if (((bits >> 27) & 2047) == 0) break_something();
  if (failed() || step()) return;
  idle();
  const auto next = epoch_->executor.next_due();
  if (!next || ((bits >> 38) & 3) != 0) {
    epoch_->owner.act();
  } else {
    epoch_->executor.pass_time(
        std::clamp<Nanos>(*next - clock_->now(), Nanos{0}, std::chrono::seconds(40)));
  }
}

void World::break_something() {
  if (dice_.percent(60)) {
    const bool full = !disk_.is_full() && dice_.percent(70);
    disk_.set_full(full);
    model_.disk_is_full = full;
    trace_.note("disk-full", full ? 1 : 0, 0);
    return;
  }
  crash();
  if (!failed()) boot();
}

void World::run_into_crash() {
  disk_.stop_after(dice_.below(4));
  for (int steps = 0; steps < 60 && !disk_.has_stopped() && !failed(); ++steps) {
    for (auto& row : model_.stored()) row.begin_step();
    stored_before_ = model_.stored();
    disk_.stop_acknowledging();
    if (!step()) epoch_->owner.act();
  }
}

void World::crash() {
  checkers_.tables(*epoch_->kernel);
  if (dice_.percent(75)) run_into_crash();
  if (!disk_.has_stopped()) {
    for (auto& row : model_.stored()) row.begin_step();
    stored_before_ = model_.stored();
  }
  if (failed()) return;
  ++crashes_;
  const bool power = power_ && dice_.percent(60);
  trace_.note("crash", power ? 1 : 0, model_.step);
  tear_down();
  model_.crash();
  model_.disk_is_full = false;
  disk_.crash(power ? SimDisk::Crash::kPower : SimDisk::Crash::kProcess);
  if (disk_.lost()) report_.fail("the state of " + *disk_.lost() + " was acknowledged and lost");
}

void World::run() {
  boot();
  for (int i = 0; i < 6 && !failed(); ++i) epoch_->owner.act();
  while (stage_.events < options_.events && !failed()) turn();
  disk_.set_full(false);
  model_.disk_is_full = false;
  stage_.draining = true;
  if (!failed()) rest();
  if (!failed()) checkers_.tables(*epoch_->kernel);
  if (failed()) return;
  crash();
  if (!failed()) boot();
}

}  // namespace kinode::sim
